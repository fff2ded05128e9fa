"""Outages and planned works by address: which houses are without light and when, and who was told of it."""
