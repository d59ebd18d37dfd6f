"""Scored customers as a result: the account of the rows, the report that becomes run.json, the remarks beside it."""
