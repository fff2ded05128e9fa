"""Who still has to send readings, and which meters come near their verification."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Max, OuterRef, Q

from svet.metering.models import Meter, ReadingSet, WindowReminder
from svet.metering.queries.meters import MeterView, meter_view, whole_meters
from svet.metering.rules import (
    EFFECTIVE,
    ReadingKind,
    ReadingState,
    Window,
    WindowStage,
    cut_off,
    verification_horizon,
)

# What the staff still looks at was sent all the same.
_SENT = (ReadingState.ACCEPTED, ReadingState.USED, ReadingState.UNDER_REVIEW)


def unsubmitted(
    *, account_ids: Collection[int], window: Window, window_to_day: int, today: date
) -> frozenset[int]:
    """Of these accounts, those with a meter that waits for readings of the window's period.

    Smart meters send their own; what a meter showed when it was installed is no reading of the month.
    """
    after = cut_off(window.period.plus(-1), window_to_day=window_to_day)
    sent = ReadingSet.objects.filter(
        account=OuterRef("account_id"),
        meter=OuterRef("pk"),
        read_on__gt=after,
        read_on__lte=window.closes_on,
        state__in=[state.value for state in _SENT],
    ).exclude(kind=ReadingKind.INITIAL.value)
    waiting = Meter.objects.filter(
        ~Exists(sent),
        account_id__in=account_ids,
        removed_on__isnull=True,
        installed_on__lte=today,
        smart=False,
    )
    return frozenset(waiting.values_list("account_id", flat=True))


def last_sent(*, account_ids: Collection[int]) -> dict[int, date]:
    """Per standing meter of these accounts the day of its last readings; those never read are absent.

    What a meter showed when it was installed is no reading; what the staff still looks at is one.
    """
    sets = (
        ReadingSet.objects.filter(
            account_id__in=account_ids,
            meter__removed_on__isnull=True,
            state__in=[state.value for state in _SENT],
        )
        .exclude(kind=ReadingKind.INITIAL.value)
        .order_by()
    )
    return dict(sets.values_list("meter_id").annotate(on=Max("read_on")))


@dataclass(frozen=True, slots=True)
class LastDays:
    """Of a meter the day of the newest set that counts, and of the last readings sent for it where it stands.

    Without a set that counts nothing can be sent; what was sent is meant as by ``last_sent``.
    """

    known: date | None
    sent: date | None


def last_days(*, account_ids: Collection[int]) -> dict[int, LastDays]:
    """Per meter of these accounts, in one query; those without any set are absent."""
    sent = Q(meter__removed_on__isnull=True, state__in=[state.value for state in _SENT])
    rows = (
        ReadingSet.objects.filter(account_id__in=account_ids)
        .order_by()
        .values_list("meter_id")
        .annotate(
            known=Max("read_on", filter=Q(state__in=[state.value for state in EFFECTIVE])),
            sent=Max("read_on", filter=sent & ~Q(kind=ReadingKind.INITIAL.value)),
        )
    )
    return {meter_id: LastDays(known, sent_on) for meter_id, known, sent_on in rows}


def near_verification(
    *, provider_ids: Collection[int], today: date, after: int, limit: int
) -> list[MeterView]:
    """The next meters by key whose verification is less than about half a year away or past."""
    meters = whole_meters().filter(
        Q(account__closed_on__isnull=True) | Q(account__closed_on__gt=today),
        account__provider_id__in=provider_ids,
        removed_on__isnull=True,
        next_verification_on__lt=verification_horizon(today),
        pk__gt=after,
    )
    return [meter_view(row) for row in meters.order_by("pk")[:limit]]


def closing_told(*, person_id: int) -> frozenset[date]:
    """The last days of the windows of which the person was told that they are about to close."""
    rows = WindowReminder.objects.filter(person_id=person_id, stage=WindowStage.CLOSING.value)
    return frozenset(rows.values_list("closes_on", flat=True))
