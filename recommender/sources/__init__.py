"""Where papers come from: parsers and one polite HTTP client."""
