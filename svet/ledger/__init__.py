"""Double-entry, append-only postings; a balance is their sum."""
