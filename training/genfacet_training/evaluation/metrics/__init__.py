"""Metrics as small pure functions."""
