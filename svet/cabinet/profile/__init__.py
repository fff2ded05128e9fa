"""The profile: contacts, notices, password, second factor, devices, one's own data."""
