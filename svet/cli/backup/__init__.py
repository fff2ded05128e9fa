"""Backups: a folder that is whole or not there, restored only into nothing, and what must wait after it."""
