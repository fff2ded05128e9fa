"""Requests of persons: the counter, two signatures."""
