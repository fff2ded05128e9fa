"""What people and their retailer agree on when money is short: a promised day, or instalments.

An arrangement is a word about the books and moves nothing in them: whether it was kept is read from the
account's postings by the days they count for, each time anew (ADR 162, 171).
"""
