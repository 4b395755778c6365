"""Bytes and servers that mean harm, or look like it."""
