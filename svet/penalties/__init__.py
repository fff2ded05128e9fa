"""What late payment costs: accrued by dated terms, from bills with their due days and money with its own.

Nothing is posted here: accrued and shown are two things, and what is accrued is counted anew from the start.
"""
