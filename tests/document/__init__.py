"""``make document``: docs/operations.md is carried out as it is written, on machines with nothing shared."""
