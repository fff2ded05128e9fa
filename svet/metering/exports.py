"""The readings a person sent, for the copy of their data."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from svet.accounts.queries.copies import ever_held_ids
from svet.kernel.personal import MOST_ROWS, ExportSection, PersonalShare
from svet.look import formats
from svet.metering.models import ReadingSet
from svet.metering.rules import ReadingState, Zone
from svet.metering.texts import CHANNEL_NAMES, STATE_NAMES, ZONE_NAMES


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
            "state": row.state,
            "values": {value.zone: value.value for value in row.values.all()},
        }
        for row in sets[:limit]
    ]


def _words(name: str, value: Any) -> str | Promise | None:
    if name == "values":
        return ", ".join(f"{ZONE_NAMES[Zone(zone)]}: {formats.number(one)}" for zone, one in value.items())
    if name == "state":
        return STATE_NAMES[ReadingState(value)]
    if name == "channel":
        return CHANNEL_NAMES.get(str(value))
    return None


EXPORT = PersonalShare(
    sections=(
        ExportSection(
            key="readings",
            title=gettext_lazy("Переданные показания"),
            place=40,
            rows=lambda who: sent_by(person_id=who.person_id, limit=MOST_ROWS),
            words=_words,
        ),
    ),
    kept="readings, photos and disputes stay with the account: the law keeps what a bill was made of",
)
