"""Absence mode: begun and ended by whoever may send readings; a job acts once for each meter and window."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db.models import QuerySet

from svet.accounts import queries as account_queries
from svet.accounts.operations import lock_account
from svet.accounts.queries import ProviderView, account_for, provider_today
from svet.accounts.rules import Right
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.refusals import NotFound, Refused
from svet.kernel.transactions import use_case
from svet.limits.operations import LimitReached
from svet.look.formats import day
from svet.metering import events, queries
from svet.metering.models import Absence, AbsenceStep, ReadingSet
from svet.metering.operations.submitting import submit_readings
from svet.metering.queries import MeterView
from svet.metering.queries.absence import AbsenceView, absence_view
from svet.metering.rules import Answers, ReadingChannel, ReadingSubmission, Window, cut_off, window
from svet.metering.rules.absence import AbsenceReason, Plan, StepOutcome, acts_on, trouble
from svet.notices import operations as notices
from svet.notices.operations import NoticeMessage
from svet.people import queries as people

BATCH: Final = 500


class AbsenceRefused(Refused):
    """The absence cannot stand as it was asked for."""


def begin_absence(
    *, by: Actor, account_public_id: str, from_on: date, until_on: date, plan: Plan, now: datetime
) -> AbsenceView:
    """Note the days away of an account, by its outside id.

    :raises AccountNotFound: absent, or the actor may not send its readings
    :raises AbsenceRefused: wrong days, another one stands, nobody to ask, no meter that waits for readings
    """
    if by.person_id is None:
        raise TypeError("an absence is of a person")
    with use_case():
        account = account_for(by, public_id=account_public_id, right=Right.SUBMIT)
        lock_account(account.account_id)
        today = provider_today(account.provider, now)
        reason = trouble(
            from_on=from_on,
            until_on=until_on,
            today=today,
            months=account.provider.absence_months,
            plan=plan,
        )
        if (
            reason is None
            and Absence.objects.filter(account_id=account.account_id, ended_at__isnull=True).exists()
        ):
            reason = AbsenceReason.ALREADY
        if reason is None and plan is Plan.ASK and not _relatives(account.account_id, person_id=by.person_id):
            reason = AbsenceReason.NOBODY
        if reason is None and not _waiting(account.account_id):
            reason = AbsenceReason.NOTHING
        if reason is not None:
            raise AbsenceRefused(reason, details={"months": account.provider.absence_months})
        absence = Absence.objects.create(
            account_id=account.account_id,
            person_id=by.person_id,
            plan=plan.value,
            from_on=from_on,
            until_on=until_on,
            created_at=now,
        )
        _record(absence, action="absence.begun", by=by, now=now)
        return absence_view(absence)


def end_absence(*, by: Actor, account_public_id: str, now: datetime) -> None:
    """End what stands before its day. :raises AccountNotFound: :raises NotFound: nothing stands"""
    with use_case():
        account = account_for(by, public_id=account_public_id, right=Right.SUBMIT)
        absence = (
            Absence.objects.select_for_update()
            .filter(account_id=account.account_id, ended_at__isnull=True)
            .first()
        )
        if absence is None:
            raise NotFound(AbsenceReason.NOTHING)
        absence.ended_at = now
        absence.save(update_fields=["ended_at"])
        _record(absence, action="absence.ended", by=by, now=now)


def act_for_absent(*, now: datetime) -> int:
    """Do what each absence asks for where it is due, and end those whose days are over; says how many acts.

    Asked every hour of the local day: what was done is a row, so a killed or repeated run does nothing twice.
    """
    acts = 0
    for today, providers in account_queries.providers_to_remind(now).items():
        for provider in providers:
            standing = Absence.objects.filter(
                account__provider_id=provider.provider_id, ended_at__isnull=True
            )
            for absence in standing.filter(until_on__lt=today)[:BATCH]:
                _end_by_itself(absence, now=now)
            for absence in _orphaned(standing):
                _end_by_itself(absence, now=now)
            near = window(
                today, window_from_day=provider.window_from_day, window_to_day=provider.window_to_day
            )
            if today >= acts_on(near):
                acts += _act(standing, provider=provider, near=near, today=today, now=now)
    return acts


def _act(
    standing: QuerySet[Absence], *, provider: ProviderView, near: Window, today: date, now: datetime
) -> int:
    acts = 0
    for absence in list(standing.filter(from_on__lte=today, until_on__gte=today)):
        late = queries.unsubmitted(
            account_ids=[absence.account_id],
            window=near,
            window_to_day=provider.window_to_day,
            today=today,
        )
        done = set(
            AbsenceStep.objects.filter(absence=absence, closes_on=near.closes_on).values_list(
                "meter_id", flat=True
            )
        )
        for meter in _waiting(absence.account_id):
            begun = _own(absence, meter=meter, near=near).exists()
            if meter.meter_id not in done and (late or begun):
                acts += _act_for(absence, meter=meter, near=near, today=today, now=now)
    return acts


def _act_for(absence: Absence, *, meter: MeterView, near: Window, today: date, now: datetime) -> int:
    known = queries.dials(meters=[meter], read_on=today).get(meter.meter_id)
    since = cut_off(near.period.plus(-1), window_to_day=meter.account.provider.window_to_day)
    if known is not None and known.last_on > since and not _own(absence, meter=meter, near=near).exists():
        return 0  # somebody has read this one
    if absence.plan == Plan.SEND:
        outcome, receipt = _send_old(absence, meter=meter, near=near, today=today, now=now)
    else:
        outcome, receipt = StepOutcome.REMINDED, ""
    with use_case():
        _step, fresh = AbsenceStep.objects.get_or_create(
            absence=absence,
            meter_id=meter.meter_id,
            closes_on=near.closes_on,
            defaults={"outcome": outcome.value, "receipt_number": receipt, "at": now},
        )
        if fresh and outcome is not StepOutcome.SENT:
            _remind(absence, until=near.closes_on, now=now)
        return int(fresh)


def _send_old(
    absence: Absence, *, meter: MeterView, near: Window, today: date, now: datetime
) -> tuple[StepOutcome, str]:
    """The last value again, as the person confirmed beforehand; sent only if it says «nothing was used»."""
    known = queries.dials(meters=[meter], read_on=today).get(meter.meter_id)
    if known is None:
        return StepOutcome.STUCK, ""
    values = {dial.zone: dial.last.value for dial in known.dials}
    try:
        receipt = submit_readings(
            by=Actor.person(absence.person_id),
            meter_id=meter.meter_id,
            sent=ReadingSubmission(
                values=values,
                read_on=today,
                channel=ReadingChannel.ABSENCE,
                key=_key(absence, meter=meter, near=near),
                answers=Answers(unchanged=True),
            ),
            now=now,
        )
    except (Refused, LimitReached):
        return StepOutcome.STUCK, ""
    return StepOutcome.SENT, receipt.receipt_number


def _key(absence: Absence, *, meter: MeterView, near: Window) -> UUID:
    return uuid5(NAMESPACE_URL, f"svet:absence:{absence.pk}:{meter.meter_id}:{near.closes_on}")


def _own(absence: Absence, *, meter: MeterView, near: Window) -> QuerySet[ReadingSet]:
    """What a run that was killed before it wrote its step has already sent."""
    return ReadingSet.objects.filter(meter_id=meter.meter_id, key=_key(absence, meter=meter, near=near))


def _remind(absence: Absence, *, until: date, now: datetime) -> None:
    asked = {absence.person_id}
    if absence.plan == Plan.ASK:
        asked = set(_relatives(absence.account_id, person_id=absence.person_id)) or asked
    recipients = people.recipients_of(asked)
    notices.notify_many(
        event=events.WINDOW_CLOSING,
        tidings=[
            NoticeMessage(each, {"until": day(until)}, Place("readings")) for each in recipients.values()
        ],
        now=now,
    )


def _orphaned(standing: QuerySet[Absence]) -> list[Absence]:
    """Those of people who may not send readings of the account any more: nothing is done in their name."""
    found = list(standing)
    held = account_queries.people_by_account(
        account_ids={each.account_id for each in found}, right=Right.SUBMIT
    )
    return [each for each in found if each.person_id not in held.get(each.account_id, [])]


def _end_by_itself(absence: Absence, *, now: datetime) -> None:
    with use_case():
        ended = Absence.objects.filter(pk=absence.pk, ended_at__isnull=True).update(ended_at=now)
        if ended:
            _record(absence, action="absence.over", by=Actor.system("absence"), now=now)


def _waiting(account_id: int) -> list[MeterView]:
    """The meters whose readings somebody has to send."""
    meters = queries.standing_with_accounts(account_ids=[account_id])
    return [meter for meter in meters if not meter.smart]


def _relatives(account_id: int, *, person_id: int) -> list[int]:
    held = account_queries.people_by_account(account_ids=[account_id], right=Right.SUBMIT)
    return [each for each in held.get(account_id, []) if each != person_id]


def _record(absence: Absence, *, action: str, by: Actor, now: datetime) -> None:
    journal.record(
        by=by,
        action=action,
        subject="absence",
        subject_id=absence.public_id,
        now=now,
        account_id=absence.account_id,
        after={
            "plan": absence.plan,
            "from_on": absence.from_on.isoformat(),
            "until_on": absence.until_on.isoformat(),
        },
    )
