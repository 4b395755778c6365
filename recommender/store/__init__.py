"""SQLite and PostgreSQL behind the ports; SQL never leaves this package."""
