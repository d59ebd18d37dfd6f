"""One customer: what was, and what the coming days bring."""
