"""The files and the figures of a store, held against what was written."""
