"""The readings a person sent, for the copy of their data."""

from __future__ import annotations

from typing import Any

from svet.accounts.queries.copies import ever_held_ids
from svet.metering.models import ReadingSet
from svet.metering.rules import ReadingState, Zone


def sent_by(*, person_id: int, limit: int) -> list[dict[str, Any]]:
    """What the person sent themselves, newest first; what others sent for the same account is not theirs."""
    accounts = ever_held_ids(person_id=person_id)
    sets = (
        ReadingSet.objects.filter(account_id__in=accounts, author_person_id=person_id)
        .select_related("account", "meter")
        .prefetch_related("values")
        .order_by("-id")
    )
    return [
        {
            "receipt": row.receipt_number,
            "account": row.account.number,
            "meter": row.meter.serial,
            "read_on": row.read_on,
            "received_at": row.received_at,
            "channel": row.channel,
            "state": ReadingState(row.state),
            "values": {Zone(value.zone): value.value for value in row.values.all()},
        }
        for row in sets[:limit]
    ]
