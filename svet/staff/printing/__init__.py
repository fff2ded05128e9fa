"""Batches of printed bills."""
