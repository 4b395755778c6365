"""Tests of Paper Route; each behaviour has one sentence."""
