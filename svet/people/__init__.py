"""The person: phone, password, codes, second factor, devices, sessions, consents, keys for programs."""
