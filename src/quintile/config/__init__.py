"""quintile.toml and flags, checked and turned into Settings."""
