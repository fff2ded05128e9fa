"""What every page of the cabinet stands on: frame, fields, form pages, the session, errors; no wing."""
