"""What people see: one job's result as a page for the terminal; nothing is computed here but layout."""
