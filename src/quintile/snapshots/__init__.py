"""Publishes results as immutable snapshots behind one pointer, so that a reader never meets half a result."""
