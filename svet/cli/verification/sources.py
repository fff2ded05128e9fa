"""I-21 of all rooms together: each answers for the transactions of its own kinds."""

from __future__ import annotations

from svet.billing import queries as billing
from svet.payments import queries as payments


def broken_sources() -> list[str]:
    """Breaches of I-21 as sentences: what moved without a source, or otherwise than its source says."""
    return payments.broken_books() + billing.broken_origins()
