"""Papers that are hard to print, in one digest."""
