"""What every resource stands on: identity, idempotency, problems, parsing, addresses."""
