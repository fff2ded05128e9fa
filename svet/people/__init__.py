"""Phone, password, codes, sessions, profile, consents."""
