"""The desk of the billing engineer: months, dry runs, problems, tariffs, rules."""
