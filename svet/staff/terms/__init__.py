"""Changing what of a contract decides prices and norms."""
