"""The desk of money: payments in review, unmatched callbacks, suspense."""
