"""Autopay: an agreement to charge a bound card for an account each month, told a day before, charged once."""
