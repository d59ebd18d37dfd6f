"""One command = one file: its parameters, one job, what is shown."""
