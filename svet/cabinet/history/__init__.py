"""«История»: one feed, its filters, its files."""
