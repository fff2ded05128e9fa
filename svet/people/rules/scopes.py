"""What a personal API token may be allowed to do."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    ACCOUNTS_READ = "accounts:read"
    READINGS_READ = "readings:read"
    READINGS_WRITE = "readings:write"
    BILLS_READ = "bills:read"
    PAYMENTS_READ = "payments:read"
    PAYMENTS_WRITE = "payments:write"
    CABINET_WRITE = "cabinet:write"
    HOUSEHOLD_WRITE = "household:write"
    APPEALS_READ = "appeals:read"
    APPEALS_WRITE = "appeals:write"
