"""One wish of the user = one file; here the clock is read and the parts are wired together."""
