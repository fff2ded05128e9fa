"""Svet: the customer portal and billing system for electricity retailers."""

__version__ = "0.1.0"
