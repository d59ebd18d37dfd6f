"""What was found, written down for others: the report page, the plan, workbooks and lists."""
