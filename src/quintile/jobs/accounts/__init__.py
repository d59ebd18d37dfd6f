"""Rows accounted for: those of sources, those a ledger knows already, and both held against each other."""
