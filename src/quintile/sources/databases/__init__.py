"""Databases as sources: one kind of database = one file; each writes what it reads as one form of text."""
