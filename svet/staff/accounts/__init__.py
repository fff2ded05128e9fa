"""The desk of accounts: search, and one account on one page."""
