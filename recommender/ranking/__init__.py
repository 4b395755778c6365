"""Numbers: scorers, fusion, diversity and evaluation; nothing here does I/O but artifacts."""
