"""Small in-memory implementations of the ports."""
