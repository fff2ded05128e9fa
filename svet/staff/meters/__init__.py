"""Replacing a meter."""
