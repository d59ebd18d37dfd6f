"""What KPIs are counted from, and the table they are written into."""
