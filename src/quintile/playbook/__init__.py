"""Playbook: what to do with each segment, as data, and its messages."""
