"""Acts about meters and accounts: those that count, with their days; all of them for the office."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection
from django.db.models import QuerySet

from svet.kernel.frozen import frozen
from svet.metering.models import OfficeAct
from svet.metering.rules.acts import ActOf

# An act ends with its last day, and before it with what takes its ground away: the meter it is about goes, a
# meter comes to an account that had none, somebody is let in to read the meter.
_COUNTING = """
SELECT a.account_id, a.id, a.kind, a.meter_id, a.number, greatest(a.since, m.installed_on), least(
           a.until, m.removed_on,
           CASE WHEN a.kind = 'unmetered' THEN (
               SELECT min(n.installed_on) FROM metering_meter n
               WHERE n.account_id = a.account_id AND n.installed_on >= a.since) END,
           CASE WHEN a.kind = 'refused' THEN (
               SELECT min(s.read_on) FROM metering_readingset s
               WHERE s.account_id = a.account_id AND s.read_on > a.since AND s.received_at <= %(known_at)s
                     AND s.kind <> 'customer' AND s.state IN ('accepted', 'used')) END),
       a.persons
FROM metering_officeact a LEFT JOIN metering_meter m ON m.id = a.meter_id
WHERE a.account_id = ANY(%(accounts)s) AND a.since < %(until)s
      AND a.signed_at <= %(known_at)s AND (a.gone_at IS NULL OR a.gone_at > %(known_at)s)
ORDER BY a.account_id, a.since, a.id
"""

_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ActView:
    """An act that counts, and the days for which it does; ``until`` None: it is not over."""

    act_id: int
    kind: ActOf
    meter_id: int | None
    number: str
    since: date
    until: date | None
    persons: int | None


@dataclass(frozen=True, slots=True)
class ActEntry:
    """An act as the office reads it: also one that waits for its second signature, or is gone."""

    act_id: int
    public_id: str
    account_id: int
    account_public_id: str
    account_number: str
    kind: ActOf
    meter_serial: str
    number: str
    end_number: str
    drawn_on: date
    since: date
    until: date | None
    persons: int | None
    reason: str
    by_id: int | None
    known_at: datetime
    signed_at: datetime | None
    gone_at: datetime | None
    gone_reason: str


def acts(
    account_ids: Collection[int], *, until: date, known_at: datetime | None = None
) -> dict[int, tuple[ActView, ...]]:
    """The acts that count of each account and begin before a day, in order of time: one query.

    ``known_at``: those that counted at that moment.
    """
    found: dict[int, list[ActView]] = {account_id: [] for account_id in account_ids}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTING, {"accounts": list(found), "until": until, "known_at": known_at or _EVER})
        for account_id, act_id, kind, meter_id, number, since, upto, persons in cursor.fetchall():
            if upto is None or since < upto:
                act = ActView(act_id, ActOf(kind), meter_id, number, since, upto, persons)
                found[account_id].append(act)
    return {account_id: tuple(rows) for account_id, rows in found.items()}


def acts_of(*, account_id: int) -> list[ActEntry]:
    """Every act of an account there ever was, the latest first."""
    rows = OfficeAct.objects.filter(account_id=account_id).order_by("-since", "-pk")
    return _entries(rows)


def act_by_id(public_id: str) -> ActEntry | None:
    """An act by its outer id, whatever became of it."""
    return next(iter(_entries(OfficeAct.objects.filter(public_id=public_id))), None)


def waiting_acts(*, limit: int) -> list[ActEntry]:
    """Acts that wait for a second signature, the oldest first."""
    return _entries(_waiting().order_by("known_at", "pk")[:limit])


def waiting_act_count() -> int:
    """How many of them."""
    return _waiting_keys.count()


@frozen
def _waiting_keys() -> QuerySet[OfficeAct, int]:
    return _waiting().values_list("pk", flat=True)


def _waiting() -> QuerySet[OfficeAct]:
    return OfficeAct.objects.filter(signed_at__isnull=True, gone_at__isnull=True)


def _entries(rows: QuerySet[OfficeAct]) -> list[ActEntry]:
    return [
        ActEntry(
            act_id=row.pk,
            public_id=row.public_id,
            account_id=row.account_id,
            account_public_id=row.account.public_id,
            account_number=row.account.number,
            kind=ActOf(row.kind),
            meter_serial=row.meter.serial if row.meter else "",
            number=row.number,
            end_number=row.end_number,
            drawn_on=row.drawn_on,
            since=row.since,
            until=row.until,
            persons=row.persons,
            reason=row.reason,
            by_id=row.by_id,
            known_at=row.known_at,
            signed_at=row.signed_at,
            gone_at=row.gone_at,
            gone_reason=row.gone_reason,
        )
        for row in rows.select_related("account", "meter")
    ]
