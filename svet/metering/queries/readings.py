"""Sets of readings as cards for people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from svet.accounts.queries import visible_ids
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.frozen import PublicIdText, frozen
from svet.kernel.lookups import key_array
from svet.kernel.making import quickly
from svet.kernel.pieces import keys_of, rows_by_piece
from svet.metering.models import Meter, ReadingSet, ReadingValue
from svet.metering.queries.meters import MeterNotFound, MeterReason
from svet.metering.rules import DROPPED, ReadingKind, Zone, zones_of


@dataclass(frozen=True, slots=True)
class ValueView:
    """One scale of a set; ``consumption`` in kWh."""

    zone: Zone
    value: Decimal
    turns: int
    consumption: Decimal


@dataclass(frozen=True, slots=True)
class SetView:
    """One set of readings with everything a card shows."""

    set_id: int
    public_id: str
    receipt_number: str
    account_id: int
    meter_id: int
    meter_public_id: str
    serial: str
    scheme: int
    decimals: int
    read_on: date
    received_at: datetime
    entered_at: datetime | None
    channel: str
    kind: str
    state: str
    author_kind: str
    author_person_id: int | None
    values: tuple[ValueView, ...]


#: Where a set stands in the order of lists: the day it was read, when it came, its outside id.
SetPlace = tuple[date, datetime, str]

# The fields of a view in their order, all but its values.
_COLUMNS = (
    "pk", "public_id", "receipt_number", "account_id", "meter_id", "meter__public_id", "meter__serial",
    "meter__scheme", "meter__decimals", "read_on", "received_at", "entered_at", "channel", "kind", "state",
    "author_kind", "author_person_id",
)  # fmt: skip
_SCHEME = _COLUMNS.index("meter__scheme")
_set_view, _value_view = quickly(SetView), quickly(ValueView)


def _views(sets: QuerySet[ReadingSet]) -> list[SetView]:
    """Views of sets in their order: a query for them with their meters, and one for all values.

    Plain rows: a month of bills asks for tens of thousands, and making models of them took most of its time.
    """
    return _seen(list(sets.values_list(*_COLUMNS)))


def _seen(rows: Sequence[Sequence[Any]]) -> list[SetView]:
    values: dict[int, dict[str, ValueView]] = {}
    for set_id, zone, value, turns, consumption in _values.all([row[0] for row in rows]):
        values.setdefault(set_id, {})[zone] = _value_view(Zone(zone), value, turns, consumption)
    found: list[SetView] = []
    for row in rows:
        kept = values.get(row[0], {})
        shown = tuple(kept[zone] for zone in zones_of(row[_SCHEME]) if zone in kept)
        found.append(_set_view(*(*row, shown)))
    return found


@frozen
def _values(
    set_ids: Collection[int],
) -> QuerySet[ReadingValue, tuple[int, str, Decimal, int, Decimal]]:
    values = ReadingValue.objects.filter(reading_set_id__in=set_ids)
    return values.values_list("reading_set_id", "zone", "value", "turns", "consumption")


def reading_sets(
    *,
    account_ids: Collection[int],
    since: date | None = None,
    until: date | None = None,
    kinds: Collection[ReadingKind] | None = None,
    before: SetPlace | None = None,
    limit: int | None = None,
) -> list[SetView]:
    """All sets of these accounts read in the half-open span of local days, newest first.

    ``before`` leaves those out that stand before a place in this order, and the set of the place itself.
    """
    sets: QuerySet[ReadingSet] = ReadingSet.objects.filter(account_id__in=account_ids)
    if kinds is not None:
        sets = sets.filter(kind__in=[kind.value for kind in kinds])
    if before is not None:
        day, at, public_id = before
        same = Q(received_at__lt=at) | Q(received_at=at, public_id__lt=public_id)
        sets = sets.filter(Q(read_on__lt=day) | Q(same, read_on=day), read_on__lte=day)
    if since is not None:
        sets = sets.filter(read_on__gte=since)
    if until is not None:
        sets = sets.filter(read_on__lt=until)
    sets = sets.order_by("-read_on", "-received_at", "-public_id")
    return _views(sets[:limit])


def sets_by_id(*, set_ids: Collection[int]) -> dict[int, SetView]:
    """Sets by their keys, as a bill refers to them."""
    sets = ReadingSet.objects.filter(pk__in=set_ids)
    return {view.set_id: view for view in _views(sets)}


class SetOrigin(NamedTuple):
    """Where a set came from, as a bill says it: the channel of a customer's, the kind of any other."""

    source: str
    receipt_number: str


def origins_of(set_ids: Collection[int]) -> dict[int, SetOrigin]:
    """Where these sets came from, by key: of a whole month's bills, so without models and values."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, CASE kind WHEN %s THEN channel ELSE kind END, receipt_number"
            " FROM metering_readingset WHERE id = ANY(%s::bigint[])",
            [ReadingKind.CUSTOMER.value, key_array(set_ids)],
        )
        return {key: SetOrigin(source, receipt) for key, source, receipt in cursor.fetchall()}


def set_for(actor: Actor, *, public_id: str) -> SetView:
    """One set. :raises MeterNotFound: absent or not for the actor"""
    views = _seen(_reached.all(public_id, actor.person_id, kind=actor.kind))
    if not views:
        raise MeterNotFound(MeterReason.NOT_FOUND)
    return views[0]


@frozen
def _reached(
    public_id: PublicIdText, person_id: int | None, *, kind: ActorKind
) -> QuerySet[ReadingSet, tuple[Any, ...]]:
    visible = visible_ids(Actor(kind, person_id))
    return ReadingSet.objects.filter(public_id=public_id, account__in=visible).values_list(*_COLUMNS)


def set_by_receipt(*, receipt_number: str, account_id: int) -> SetView | None:
    """The set of an account with this receipt; the caller has been let to the account."""
    views = _views(ReadingSet.objects.filter(receipt_number=receipt_number, account_id=account_id))
    return views[0] if views else None


def sets_by_receipt(numbers: Collection[str]) -> dict[str, SetView]:
    """Sets by the numbers of their receipts."""
    views = _views(ReadingSet.objects.filter(receipt_number__in=numbers))
    return {view.receipt_number: view for view in views}


def has_set(*, meter_id: int, key: UUID) -> bool:
    """Whether a set of this meter was kept under this key."""
    return ReadingSet.objects.filter(meter_id=meter_id, key=key).exists()


def last_dropped(*, meter_ids: Collection[int]) -> dict[int, int]:
    """Per meter key its newest set that counts no more (withdrawn, rejected, replaced), if any."""
    sets = ReadingSet.objects.filter(meter_id__in=meter_ids, state__in=sorted(DROPPED))
    return dict(sets.values("meter_id").annotate(last=Max("pk")).values_list("meter_id", "last"))


def accounts_of_receipt(number: str) -> list[int]:
    """The key of the account whose readings have this receipt number, or nothing."""
    return list(ReadingSet.objects.filter(receipt_number=number).values_list("account_id", flat=True))


def latest(*, account_ids: Collection[int]) -> dict[int, SetView]:
    """Per meter key the reading that counts as its last one."""
    meters = list(
        Meter.objects.filter(account_id__in=account_ids, removed_on__isnull=True).values_list("pk", flat=True)
    )
    last = RawSQL(
        """
        SELECT s.id FROM unnest(%s::bigint[]) AS m(id)
        CROSS JOIN LATERAL (
            SELECT s.id FROM metering_readingset s
            WHERE s.meter_id = m.id AND s.state IN ('accepted', 'used')
            ORDER BY s.read_on DESC, s.received_at DESC, s.id DESC LIMIT 1) s
        """,
        [meters],
    )
    return {view.meter_id: view for view in _views(ReadingSet.objects.filter(pk__in=last))}


def waiting_review(*, account_ids: Collection[int]) -> dict[int, SetView]:
    """Per meter key the newest set the staff still looks at."""
    sets = ReadingSet.objects.filter(account_id__in=account_ids, state="under_review")
    return {view.meter_id: view for view in _views(sets.order_by("received_at"))}


_BROKEN: Final = """
SELECT s.receipt_number, 'values' FROM metering_readingset s
WHERE {which} AND NOT EXISTS (SELECT FROM metering_readingvalue v WHERE v.reading_set_id = s.id)
UNION ALL
SELECT s.receipt_number, 'change' FROM metering_readingset s
WHERE {which} AND NOT EXISTS (SELECT FROM metering_setstatechange c
                  WHERE c.reading_set_id = s.id AND c.to_state = s.state)
LIMIT 100
"""


def broken() -> list[str]:
    """Breaches of the promise that an accepted reading is kept whole and every change is written down."""
    return _broken("true", {})


def set_pieces() -> dict[int, int]:
    """The pieces of the keys of sets of readings, and how many there are in each."""
    return rows_by_piece(ReadingSet.objects.all())


def broken_sets(piece: int) -> list[str]:
    """The same as :func:`broken`, of the sets of a piece."""
    return _broken("s.id >= %(first)s AND s.id < %(end)s", keys_of(piece))


def _broken(which: str, keys: dict[str, int]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_BROKEN.format(which=which), keys)
        found = cursor.fetchall()
    says = {
        "values": _("у показаний {receipt} нет значений"),
        "change": _("у показаний {receipt} нет записи о том, как они получили своё состояние"),
    }
    return [says[what].format(receipt=receipt) for receipt, what in found]
