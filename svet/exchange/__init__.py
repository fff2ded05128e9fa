"""Registers in and out: profiles, staging, validation, reports; each run recorded and repeatable."""
