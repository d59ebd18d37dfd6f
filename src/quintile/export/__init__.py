"""What was found, written down for others: the report page."""
