"""Configuration: two TOML files and the environment, checked at the edge and trusted inside."""
