"""Django's PostgreSQL backend with a compiler that writes a table's columns once (``ENGINE``; ADR 233)."""
