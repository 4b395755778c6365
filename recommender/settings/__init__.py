"""Configuration files: models, positions of faults, schemas."""
