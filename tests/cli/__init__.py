"""Tests of what commands print and log."""
