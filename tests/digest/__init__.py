"""Tests of recommender.digest."""
