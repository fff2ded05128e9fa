"""Spent limits, and unblocking."""
