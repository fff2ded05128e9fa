"""Tariffs, norms and law as dated data: published prices, norms of regions, acts with the days they hold."""
