"""One writer of a provider's charges at a time, whatever its months."""

from __future__ import annotations

from django.db import connection

from svet.kernel.transactions import require_transaction, use_case


def one_at_a_time(provider_id: int) -> None:
    """Wait until nobody else charges this provider or changes its rules; held until the transaction ends."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('billing'), %s)", [provider_id])


def somebody_charges(provider_id: int) -> bool:
    """Whether somebody charges this provider, or changes its rules, at this moment; waits for nobody."""
    with use_case(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('billing'), %s)", [provider_id])
        (free,) = cursor.fetchone()
    return not free
