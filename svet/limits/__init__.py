"""Every rate limit and budget: one PostgreSQL upsert per bucket, one settings table."""
