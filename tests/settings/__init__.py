"""Tests of recommender.settings."""
