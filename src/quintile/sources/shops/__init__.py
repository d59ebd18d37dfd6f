"""Exports of shop systems, known by their header: one export is one TOML file."""
