"""Tests of the mailers and the wire guard."""
