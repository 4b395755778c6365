"""Tests of the sources of papers."""
