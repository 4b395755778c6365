"""Tests of who knows more about papers."""
