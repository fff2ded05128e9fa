"""Reminders: the reading window opens and closes, a meter's verification comes near.

Every batch is one transaction that writes down whom it tells and promises the telling: a run that is killed
or repeated tells nobody twice, and the next one goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from django.db.models import F, Q

from svet.accounts import queries as account_queries
from svet.accounts.queries import ProviderView
from svet.accounts.rules import Right
from svet.kernel.foretold import Ending, told_early
from svet.kernel.once import insert_absent
from svet.kernel.places import Place
from svet.kernel.transactions import use_case
from svet.look.formats import day
from svet.metering import events, queries
from svet.metering.models import VerificationReminder, WindowReminder
from svet.metering.queries import MeterView
from svet.metering.rules import (
    VerificationStage,
    Window,
    WindowStage,
    verification_stage,
    window,
    window_stage,
)
from svet.notices import operations as notices
from svet.notices.operations import NoticeMessage
from svet.people import queries as people

BATCH: Final = 1_000

_EVENTS: Final = {WindowStage.OPEN: events.WINDOW_OPEN, WindowStage.CLOSING: events.WINDOW_CLOSING}


def remind_of_windows(*, now: datetime) -> int:
    """Tell of an open or closing reading window those whose readings are awaited; says how many were told.

    The notice names no account, so a person hears of each closing day once at each stage, however many
    accounts and providers it is for. Whoever has asked to hear of an account earlier is told of others only.
    """
    told = 0
    for today, providers in account_queries.providers_to_remind(now).items():
        for provider in providers:
            near = window(
                today, window_from_day=provider.window_from_day, window_to_day=provider.window_to_day
            )
            stage = window_stage(near, today=today)
            if stage is not None:
                told += _remind_of_window(provider, window=near, stage=stage, today=today, now=now)
    return told


def _remind_of_window(
    provider: ProviderView, *, window: Window, stage: WindowStage, today: date, now: datetime
) -> int:
    told = after = 0
    while True:
        with use_case():
            held = account_queries.next_holders(
                provider_ids=[provider.provider_id], right=Right.SUBMIT, today=today, after=after, limit=BATCH
            )
            if not held:
                return told
            late = queries.unsubmitted(
                account_ids={account_id for accounts in held.values() for account_id in accounts},
                window=window,
                window_to_day=provider.window_to_day,
                today=today,
            )
            known = told_early(person_ids=held, ending=Ending.READINGS, on=window.closes_on)
            awaited = sorted(
                person_id
                for person_id, accounts in held.items()
                if any(one in late and (person_id, one) not in known for one in accounts)
            )
            fresh = insert_absent(
                model=WindowReminder,
                columns=("person_id", "stage", "closes_on", "told_at"),
                rows=[(person_id, stage.value, window.closes_on, now) for person_id in awaited],
            )
            recipients = people.recipients_of([row[0] for row in fresh])
            params = {"until": day(window.closes_on)}
            notices.notify_many(
                event=_EVENTS[stage],
                tidings=[NoticeMessage(each, params, Place("readings")) for each in recipients.values()],
                now=now,
            )
            told += len(recipients)
            after = max(held)


def remind_of_verification(*, now: datetime) -> int:
    """Tell holders half a year, a month and a week before a meter's verification, and when it has lapsed.

    One notice for each meter: dates and accounts differ, and few people hold several. A stage that passed
    while nobody looked is left out. Says how many were told.
    """
    told = 0
    for today, providers in account_queries.providers_to_remind(now).items():
        provider_ids = [provider.provider_id for provider in providers]
        after = 0
        while True:
            with use_case():
                meters = queries.near_verification(
                    provider_ids=provider_ids, today=today, after=after, limit=BATCH
                )
                if not meters:
                    break
                told += _remind_of_meters(meters, today=today, now=now)
                after = meters[-1].meter_id
    return told


def _remind_of_meters(meters: Sequence[MeterView], *, today: date, now: datetime) -> int:
    holders = account_queries.people_by_account(account_ids={meter.account_id for meter in meters})
    recipients = people.recipients_of({person_id for each in holders.values() for person_id in each})
    rows: list[tuple[int, int, int, date, str, datetime]] = []
    for meter in meters:
        due_on = meter.next_verification_on
        stage = None if due_on is None else verification_stage(due_on, today=today)
        if due_on is not None and stage is not None:
            rows += [
                (meter.account_id, meter.meter_id, person_id, due_on, stage.value, now)
                for person_id in sorted(holders.get(meter.account_id, ()))
                if person_id in recipients
            ]
    columns = ("account_id", "meter_id", "person_id", "due_on", "stage", "told_at")
    fresh = {row[1:3] for row in insert_absent(model=VerificationReminder, columns=columns, rows=rows)}
    by_key: dict[int, MeterView] = {meter.meter_id: meter for meter in meters}
    tidings = []
    for _account_id, meter_id, person_id, due_on, stage_name, _at in rows:
        if (meter_id, person_id) in fresh:
            meter = by_key[meter_id]
            params = {"account": meter.account.number, "serial": meter.serial, "on": day(due_on)}
            if stage_name == VerificationStage.LAPSED:
                params["lapsed"] = "yes"
            place = Place("account", (meter.account.public_id,))
            tidings.append(NoticeMessage(recipients[person_id], params, place))
    notices.notify_many(event=events.VERIFICATION_NEAR, tidings=tidings, now=now)
    return len(tidings)


def forget_windows_told(*, before: datetime, most: int) -> int:
    """Delete what was told of windows that closed before a moment, ``most`` rows; says how many."""
    oldest = WindowReminder.objects.order_by("pk").values_list("pk", "closes_on")[:most]
    keys = [key for key, on in oldest if on < before.date()]
    with use_case():
        return WindowReminder.objects.filter(pk__in=keys).delete()[0] if keys else 0


def forget_verifications_told(*, before: datetime, most: int) -> int:
    """Delete what was told of verifications due before a moment, ``most`` rows; says how many.

    A meter that is on the wall and was not verified since has lapsed every day anew: its row stays, or its
    people would be told of the same lapse again and again.
    """
    lapsed = Q(meter__next_verification_on=F("due_on"), meter__removed_on__isnull=True)
    over = VerificationReminder.objects.filter(due_on__lt=before.date()).exclude(lapsed)
    keys = list(over.order_by("pk").values_list("pk", flat=True)[:most])
    with use_case():
        return VerificationReminder.objects.filter(pk__in=keys).delete()[0] if keys else 0
