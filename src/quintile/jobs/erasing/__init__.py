"""Taking persons and old rows out of every file of a project."""
