"""What late payment costs: accrued by dated terms, and shown only where the supplier shows it.

What is accrued is counted anew from the start; what is shown is posted with a month's bills as the difference
between what should stand and what stands. Bills bring the movements of accounts with their due days.
"""
