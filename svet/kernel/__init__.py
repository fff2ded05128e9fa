"""Money, periods, actors, ids: values and plumbing; no tables."""
