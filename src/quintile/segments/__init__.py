"""Segments: schemes as data, their linter, and the assignment of customers to segments."""
