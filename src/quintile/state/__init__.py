"""A project's small state, in SQLite or PostgreSQL: its runs, and the tombstones of people who were erased."""
