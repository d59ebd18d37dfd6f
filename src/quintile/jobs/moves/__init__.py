"""Who moved between segments from one snapshot to another, and what moved them."""
