"""Who lives in the town and how: pure functions of a seed and a month. No Django here."""
