"""Recorded reality, served again by local servers."""
