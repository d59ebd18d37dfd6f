"""A settings file as it is written for a person."""
