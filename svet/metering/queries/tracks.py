"""The course of a set like that of a parcel: every change with who and why, its photos, its objection."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Q, QuerySet, Subquery

from svet.accounts.queries import visible_ids
from svet.files import queries as files
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.frozen import frozen
from svet.kernel.periods import Month
from svet.metering.models import Dispute, DisputeChange, ReadingPhoto, ReadingSet, SetStateChange
from svet.metering.queries.meters import MeterNotFound, MeterReason
from svet.metering.queries.readings import SetView, sets_by_id
from svet.metering.rules import DisputeState, ReadingKind, ReadingState, dispute_until


@dataclass(frozen=True, slots=True)
class SetChange:
    """One move of a set: why it waits, whose receipt came instead, which month used it, a person's words."""

    before: ReadingState
    after: ReadingState
    at: datetime
    by_kind: ActorKind
    by_person_id: int | None
    doubts: tuple[str, ...]
    other_receipt: str
    period: Month | None
    words: str


def changes_of(set_ids: Collection[int]) -> dict[int, list[SetChange]]:
    """Per set its moves, oldest first."""
    found: dict[int, list[SetChange]] = {key: [] for key in set_ids}
    rows = SetStateChange.objects.filter(reading_set_id__in=set_ids).order_by("at", "pk")
    for row in rows:
        found[row.reading_set_id].append(
            SetChange(
                ReadingState(row.from_state),
                ReadingState(row.to_state),
                row.at,
                ActorKind(row.by_kind),
                row.by_person_id,
                tuple(row.doubts),
                row.other_receipt,
                Month.of(row.period) if row.period is not None else None,
                row.words,
            )
        )
    return found


def passed_over(set_ids: Collection[int]) -> dict[int, str]:
    """Per accepted set that no bill waits for any more the receipt of the later one a bill has used."""
    later = ReadingSet.objects.filter(
        Q(read_on__gt=OuterRef("read_on"))
        | Q(read_on=OuterRef("read_on"), received_at__gt=OuterRef("received_at")),
        meter_id=OuterRef("meter_id"),
        state=ReadingState.USED.value,
    ).order_by("read_on", "received_at")
    rows = ReadingSet.objects.filter(pk__in=set_ids, state=ReadingState.ACCEPTED.value)
    told = rows.annotate(instead=Subquery(later.values("receipt_number")[:1])).exclude(instead=None)
    return dict(told.values_list("pk", "instead"))


@dataclass(frozen=True, slots=True)
class PhotoView:
    """A photo of a set by its outside id."""

    public_id: str
    added_at: datetime
    by_kind: ActorKind


def photos_of(set_ids: Collection[int]) -> dict[int, list[PhotoView]]:
    """Per set its photos, oldest first; their pixels stay where they are."""
    found: dict[int, list[PhotoView]] = {key: [] for key in set_ids}
    rows = ReadingPhoto.objects.filter(reading_set_id__in=set_ids).order_by("pk")
    for key, photo, at, kind in rows.values_list("reading_set_id", "photo__public_id", "added_at", "by_kind"):
        found[key].append(PhotoView(photo, at, ActorKind(kind)))
    return found


def photo_for(actor: Actor, *, public_id: str) -> bytes:
    """The JPEG of a reading or of an objection. :raises MeterNotFound: absent or not for the actor"""
    seen = visible_ids(actor)
    key = (
        ReadingPhoto.objects.filter(photo__public_id=public_id, reading_set__account__in=seen)
        .values_list("photo_id", flat=True)
        .first()
        or Dispute.objects.filter(photo__public_id=public_id, account__in=seen)
        .values_list("photo_id", flat=True)
        .first()
    )
    if key is None:
        raise MeterNotFound(MeterReason.NOT_FOUND)
    return files.jpeg_of(key)


@dataclass(frozen=True, slots=True)
class DisputeComparison:
    """A control reading's counterpart: what the customer had last said, and what both are counted from."""

    customer: SetView | None
    base: SetView | None


def compared(control: SetView) -> DisputeComparison:
    """What stood before a control reading came.

    What a customer's set already billed for is settled: the difference is counted from the set itself.
    """
    earlier = ReadingSet.objects.filter(meter_id=control.meter_id, received_at__lt=control.received_at)
    order = ("-read_on", "-received_at", "-pk")
    customer = (
        earlier.filter(
            kind=ReadingKind.CUSTOMER.value,
            read_on__lte=control.read_on,
            state__in=[ReadingState.ACCEPTED.value, ReadingState.USED.value, ReadingState.SUPERSEDED.value],
        )
        .order_by(*order)
        .first()
    )
    if customer is None or customer.state == ReadingState.USED:
        base = customer
    else:
        base = (
            earlier.filter(
                state__in=[ReadingState.ACCEPTED.value, ReadingState.USED.value],
                read_on__lte=customer.read_on,
            )
            .exclude(pk=customer.pk)
            .filter(Q(read_on__lt=customer.read_on) | Q(received_at__lt=customer.received_at))
            .order_by(*order)
            .first()
        )
    views = sets_by_id(set_ids={row.pk for row in (customer, base) if row is not None})
    return DisputeComparison(
        None if customer is None else views.get(customer.pk), None if base is None else views.get(base.pk)
    )


@dataclass(frozen=True, slots=True)
class DisputeStep:
    """One step of an objection in whose words."""

    state: DisputeState
    at: datetime
    by_kind: ActorKind
    by_person_id: int | None
    words: str


@dataclass(frozen=True, slots=True)
class DisputeView:
    """An objection with its course."""

    public_id: str
    set_id: int
    account_id: int
    person_id: int
    state: DisputeState
    words: str
    photo_public_id: str
    opened_at: datetime
    settled_by_id: int | None
    steps: tuple[DisputeStep, ...]

    @property
    def is_open(self) -> bool:
        """Whether an answer is still to come."""
        return self.state in (DisputeState.OPEN, DisputeState.CHECKING)


def disputes_of(set_ids: Collection[int]) -> dict[int, DisputeView]:
    """Per control reading the objection to it."""
    return {
        view.set_id: view for view in _dispute_views(Q(reading_set_id__in=list(set_ids)), limit=len(set_ids))
    }


def waiting_disputes(*, limit: int) -> list[DisputeView]:
    """The objections nobody has answered, oldest first."""
    return _dispute_views(Q(state__in=["open", "checking"]), limit=limit)


def waiting_dispute_count() -> int:
    """How many objections wait for an answer."""
    return _waiting_disputes.count()


@frozen
def _waiting_disputes() -> QuerySet[Dispute, int]:
    return Dispute.objects.filter(state__in=["open", "checking"]).values_list("pk", flat=True)


def dispute_by_id(public_id: str) -> DisputeView | None:
    """One objection for the staff."""
    found = _dispute_views(Q(public_id=public_id), limit=1)
    return found[0] if found else None


def _dispute_views(which: Q, *, limit: int) -> list[DisputeView]:
    rows = list(
        Dispute.objects.filter(which).select_related("photo").defer("photo__jpeg").order_by("pk")[:limit]
    )
    steps: dict[int, list[DisputeStep]] = {}
    for change in DisputeChange.objects.filter(dispute__in=[row.pk for row in rows]).order_by("at", "pk"):
        steps.setdefault(change.dispute_id, []).append(
            DisputeStep(
                DisputeState(change.to_state),
                change.at,
                ActorKind(change.by_kind),
                change.by_person_id,
                change.words,
            )
        )
    return [
        DisputeView(
            public_id=row.public_id,
            set_id=row.reading_set_id,
            account_id=row.account_id,
            person_id=row.person_id,
            state=DisputeState(row.state),
            words=row.words,
            photo_public_id=row.photo.public_id if row.photo is not None else "",
            opened_at=row.opened_at,
            settled_by_id=row.settled_by_id,
            steps=tuple(steps.get(row.pk, ())),
        )
        for row in rows
    ]


def objection_until(control: SetView, *, time_zone: str, days: int) -> date:
    """The last day on which one may object to this control reading, ``days`` after its supplier took it."""
    return dispute_until(control.received_at.astimezone(ZoneInfo(time_zone)).date(), days=days)
