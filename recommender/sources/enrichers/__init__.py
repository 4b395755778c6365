"""Who knows more about papers that are stored already: citations, venue, published version, a summary."""
