"""Svet as its own documents say to run it: production settings, a server in front, trouble from outside."""
