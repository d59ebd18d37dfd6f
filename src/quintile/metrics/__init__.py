"""From ORDERS and a window to RFM: one row per customer of the population."""
