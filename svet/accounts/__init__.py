"""Providers, accounts, groups, and who may see and do what."""
