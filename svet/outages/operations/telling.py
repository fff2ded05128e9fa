"""Telling those whose houses an outage meets: each once, again when its hours change or it is called off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

import structlog

from svet.accounts.queries.places import HousePlace
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.transactions import require_transaction, use_case
from svet.notices.operations.telling import NoticeMessage, notify_many
from svet.notices.rules import EventSpec
from svet.outages import events
from svet.outages.models import Outage, OutageTold
from svet.outages.queries import met_by, outage, people_met
from svet.outages.rules import TOLD_AHEAD, OutageKind, OutageState, mark_of
from svet.outages.rules.telling import (
    OutageNews,
    ToldOfOutage,
    is_time_to_tell,
    is_too_late_in_the_morning,
    news_for,
    next_morning,
)
from svet.outages.rules.views import OutageView
from svet.outages.texts import hours_in_figures, where
from svet.people import queries as people

#: So many people are told in one transaction.
AT_ONCE: Final = 500
log = structlog.get_logger(__name__)


def tell_of_outages(*, now: datetime) -> int:
    """Look at every outage of which somebody may have to hear; says how many people were told.

    What is told is written down with its telling, so a look that was killed, late or repeated tells nobody
    twice. An outage whose look fails stops none behind it.
    """
    told = 0
    near = Outage.objects.filter(over_at__gt=now, begins_at__lte=now + TOLD_AHEAD)
    known = OutageTold.objects.filter(outage__over_at__gt=now).values("outage")
    rows = near.values_list("public_id", flat=True).union(
        Outage.objects.filter(pk__in=known).values_list("public_id", flat=True)
    )
    for public_id in sorted(rows):
        try:
            told += _tell(public_id, now=now)
        except Exception:
            log.exception("outages.telling_failed", outage=public_id)
    return told


def _tell(public_id: str, *, now: datetime) -> int:
    view = outage(public_id=public_id, now=now)
    local = now.astimezone(view.zone)
    morning = None if is_time_to_tell(view.kind, local) else next_morning(local)
    if morning is not None and not _hurries(view, morning):
        return 0
    stands = view.state in (OutageState.PLANNED, OutageState.BEGUN)
    places = view.places if stands else ()
    met = {one.account_id: one for one in met_by(places, provider_id=view.provider_id, now=now).accounts}
    holders = people_met(met)
    before = set(OutageTold.objects.filter(outage_id=view.outage_id).values_list("person_id", flat=True))
    everybody = iter(sorted({*holders, *before}))
    told = 0
    while batch := list(islice(everybody, AT_ONCE)):
        with use_case():
            told += _tell_batch(
                view,
                {person_id: [met[key] for key in holders.get(person_id, ())] for person_id in batch},
                morning=morning,
                now=now,
            )
    return told


def _hurries(view: OutageView, morning: datetime) -> bool:
    """Whether anybody may have to hear of it at night: it begins before morning, or they believe so."""
    if view.begins_at < morning and view.state in (OutageState.PLANNED, OutageState.BEGUN):
        return True
    believing = OutageTold.objects.filter(outage_id=view.outage_id, off=False, begins_at__lt=morning)
    return believing.exists()


def _tell_batch(
    view: OutageView,
    houses: Mapping[int, Sequence[HousePlace]],
    *,
    morning: datetime | None,
    now: datetime,
) -> int:
    # Of two looks at once the second waits here, and finds what the first has written.
    row = Outage.objects.select_for_update(no_key=True).get(pk=view.outage_id)
    if (row.begins_at, row.ends_at, row.over_at) != (view.begins_at, view.ends_at, view.over_at):
        return 0
    # What was done to it, oldest first: by it one knows whether the places are those somebody was told of.
    changes = list(row.changes.order_by("pk").values_list("at", "begins_at", "ends_at", "mark"))
    known = {one.person_id: one for one in OutageTold.objects.filter(outage=row, person_id__in=houses)}
    # Somebody blocked is told nothing, and what was not told is not written down as told.
    recipients = people.recipients_of(list(houses))
    by_event: dict[EventSpec, list[NoticeMessage]] = {}
    kept: list[OutageTold] = []
    for person_id, places in houses.items():
        if person_id not in recipients:
            continue
        last = known.get(person_id)
        before = None if last is None else ToldOfOutage(last.begins_at, last.ends_at, last.off)
        news = news_for(
            before,
            met=bool(places) and row.cancelled_at is None,
            cancelled=row.cancelled_at is not None,
            readdressed=last is not None and _readdressed(view, changes, last.told_at),
            begins_at=row.begins_at,
            ends_at=row.ends_at,
            over_at=row.over_at,
            now=now,
        )
        if news is None:
            continue
        if morning is not None and not is_too_late_in_the_morning(
            news, told=before, begins_at=row.begins_at, now=now, morning=morning
        ):
            continue
        off = news in (OutageNews.OFF, OutageNews.LEFT)
        hours = (last.begins_at, last.ends_at) if off and last else (row.begins_at, row.ends_at)
        kept.append(
            OutageTold(
                outage=row,
                person_id=person_id,
                begins_at=hours[0],
                ends_at=hours[1],
                off=off,
                told_at=now,
            )
        )
        params = {"when": hours_in_figures(*hours, zone=view.zone), "why": view.why}
        if news is OutageNews.LEFT:
            params["left"] = "yes"
        elif not off:
            params["where"] = where(places)
        event = _event(view.kind, news)
        message = NoticeMessage(recipients[person_id], params, Place("outages"))
        by_event.setdefault(event, []).append(message)
    OutageTold.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["outage", "person"],
        update_fields=["begins_at", "ends_at", "off", "told_at"],
    )
    for event, tidings in by_event.items():
        notify_many(event=event, tidings=tidings, now=now)
    return len(kept)


def _readdressed(
    view: OutageView, changes: Sequence[tuple[datetime, datetime, datetime | None, str]], told_at: datetime
) -> bool:
    """Whether the places of now are others than those that stood when somebody was told."""
    then = [change for change in changes if change[0] <= told_at] or changes[:1]
    return bool(then) and mark_of(then[-1][1], then[-1][2], view.places) != then[-1][3]


def _event(kind: OutageKind, news: OutageNews) -> EventSpec:
    if news is OutageNews.MOVED:
        return events.OUTAGE_MOVED
    if news in (OutageNews.OFF, OutageNews.LEFT):
        return events.OUTAGE_OFF
    return events.OUTAGE_PLANNED if kind is OutageKind.PLANNED else events.OUTAGE_EMERGENCY


def forget_outages_told(*, before: datetime, most: int) -> int:
    """Delete what was told of outages that were over before a moment, ``most`` rows; says how many."""
    rows = OutageTold.objects.filter(outage__over_at__lt=before).order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:most])
    with use_case():
        return OutageTold.objects.filter(pk__in=keys).delete()[0] if keys else 0


def forget_told_person(*, person_id: int, by: Actor, now: datetime) -> None:
    """A deleted cabinet was told nothing (a step)."""
    require_transaction()
    OutageTold.objects.filter(person_id=person_id).delete()
