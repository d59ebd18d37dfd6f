"""One way in which a source may not look like those before it = one file."""
