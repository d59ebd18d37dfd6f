"""From files and data frames to TRANSACTIONS: text first, then typed by our own rules, every record counted."""
