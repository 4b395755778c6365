"""Pages for readers: thumbs, reading list, editions, health."""
