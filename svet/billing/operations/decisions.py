"""Decisions about charges: seen before they are signed, signed by two beyond a limit, taken back whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from svet.accounts.operations import lock_account
from svet.accounts.queries import AccountView, account_for, provider_today
from svet.billing.models import OverrideRow
from svet.billing.queries.decisions import DecisionPreview, preview_decision
from svet.billing.queries.hands import alone_lately
from svet.billing.queries.overrides import fact_of
from svet.billing.queries.policies import rules_for
from svet.billing.queries.standing import books
from svet.billing.rules.decisions import (
    BY_TWO,
    RECOMPUTED_FOR,
    SINGULAR,
    DecisionReason,
    DecisionRefused,
    NewDecision,
    decision_trouble,
    meet,
    two_hands,
)
from svet.billing.rules.facts import Override, OverrideKind
from svet.billing.rules.kinds import BillingProblem, BillingReason
from svet.billing.rules.months import plain_name
from svet.journal import operations as journal
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.periods import Month
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import use_case
from svet.metering import queries as metering
from svet.metering.queries import MeterView
from svet.staffing.rules import checked_reason


class DecisionNotFound(NotFound):
    """No such decision, or not for this actor."""


@dataclass(frozen=True, slots=True)
class DecisionReport:
    """What was written: its outer id, and whether it waits for a second signature."""

    public_id: str
    waits: bool


def preview_new(
    *, by: Actor, account_public_id: str, new: NewDecision, meter_public_id: str = "", now: datetime
) -> DecisionPreview:
    """What a decision would change; nothing is written.

    :raises AccountNotFound: :raises MeterNotFound: not there, or not for this actor
    :raises DecisionRefused: something of it cannot be
    :raises BillingProblem: the account cannot be charged with it
    """
    _office_only(by)
    account = account_for(by, public_id=account_public_id)
    meter = _meter(by, meter_public_id)
    return _checked(new, account=account, meter=meter, now=now)


def decide(
    *,
    by: Actor,
    account_public_id: str,
    new: NewDecision,
    meter_public_id: str = "",
    reason: str,
    shown: str,
    now: datetime,
) -> DecisionReport:
    """Write a decision down as it was previewed; it counts at once, or when a second person has signed.

    ``shown`` is the preview's: if other things have become known since, nothing is written. Two must sign
    where the effect is beyond the supplier's limit (``Rules.decision_kopecks``), alone or with what one hand
    has decided about the account lately, and for every recomputation and loss; a hold counts at once, for it
    moves nothing.
    :raises AccountNotFound: :raises MeterNotFound: not there, or not for this actor
    :raises DecisionRefused: something of it cannot be; :raises StaffRefused: no reason
    """
    _office_only(by)
    words = checked_reason(reason)
    with use_case():
        account = account_for(by, public_id=account_public_id)
        lock_account(account.account_id)
        meter = _meter(by, meter_public_id)
        found = _checked(new, account=account, meter=meter, now=now)
        _refuse_other(found, shown)
        waits = _needs_two(new, found, account=account, now=now)
        recomputes = new.kind is OverrideKind.RECOMPUTE
        today = _today(account, now)
        ends = today.plus(RECOMPUTED_FOR) if recomputes else new.ends
        row = OverrideRow.objects.create(
            account_id=account.account_id,
            kind=new.kind.value,
            since=new.since.first,
            until=None if new.until is None else new.until.first,
            meter_id=None if meter is None else meter.meter_id,
            zone=new.zone,
            kwh=new.kwh,
            kopecks=new.kopecks,
            percent=new.percent,
            ends=None if ends is None else ends.first,
            document=" ".join(new.document.split()),
            reason=words,
            effect_kopecks=found.corrects if recomputes else found.effect,
            by_id=by.person_id,
            by_name=plain_name(by.name)[:100],
            known_at=now,
            signed_at=None if waits else now,
        )
        _record(row, action="decision.written", by=by, now=now, reason=words)
    return DecisionReport(row.public_id, waits)


def preview_signing(*, by: Actor, decision_public_id: str, now: datetime) -> DecisionPreview:
    """What a decision that waits changes as things stand now. :raises DecisionNotFound: no such one waits"""
    _office_only(by)
    row = OverrideRow.objects.filter(public_id=decision_public_id, gone_at__isnull=True).first()
    if row is None or row.signed_at is not None:
        raise DecisionNotFound(DecisionReason.NOT_FOUND)
    account = account_for(by, public_id=row.account.public_id)
    return _of_row(row, account=account, now=now)


def sign_decision(*, by: Actor, decision_public_id: str, shown: str, now: datetime) -> None:
    """Put the second signature under a decision: from now on it counts.

    :raises DecisionNotFound: no such one
    :raises DecisionRefused: it is signed, the first signature is of the same person, or it would now change
        something else than was shown
    """
    with use_case():
        row, account = _locked(by, decision_public_id)
        if row.signed_at is not None:
            raise DecisionRefused(DecisionReason.SIGNED)
        if by.person_id is None or by.person_id == row.by_id:
            raise DecisionRefused(DecisionReason.SAME_HAND)
        found = _of_row(row, account=account, now=now)
        _refuse_other(found, shown)
        row.signed_at, row.signed_by_id = now, by.person_id
        row.save(update_fields=["signed_at", "signed_by"])
        _record(row, action="decision.signed", by=by, now=now)


def preview_undoing(*, by: Actor, decision_public_id: str, now: datetime) -> DecisionPreview:
    """What taking a decision back changes. :raises DecisionNotFound: no such one counts or waits"""
    _office_only(by)
    row = OverrideRow.objects.filter(public_id=decision_public_id, gone_at__isnull=True).first()
    if row is None:
        raise DecisionNotFound(DecisionReason.NOT_FOUND)
    account = account_for(by, public_id=row.account.public_id)
    return preview_decision(account=account, today=_today(account, now), without=row.pk)


def undo_decision(*, by: Actor, decision_public_id: str, reason: str, now: datetime) -> bool:
    """Take a decision back: what stood without it stands again with the next charge; says whether it is done.

    What two have signed, two take back: the first call asks, that of another person does it.
    :raises DecisionNotFound: no such one; :raises DecisionRefused: the same person again
    :raises StaffRefused: no reason
    """
    words = checked_reason(reason)
    with use_case():
        row, _account = _locked(by, decision_public_id)
        if row.signed_by_id is not None and row.undo_at is None:
            row.undo_at, row.undo_by_id, row.gone_reason = now, by.person_id, words
            row.undo_by_name = plain_name(by.name)[:100]
            row.save(update_fields=["undo_at", "undo_by", "undo_by_name", "gone_reason"])
            _record(row, action="decision.undo_asked", by=by, now=now, reason=words)
            return False
        if row.undo_at is not None and (by.person_id is None or by.person_id == row.undo_by_id):
            raise DecisionRefused(DecisionReason.SAME_HAND)
        row.gone_at, row.gone_by_id = now, by.person_id
        row.gone_reason = row.gone_reason or words
        row.save(update_fields=["gone_at", "gone_by", "gone_reason"])
        _record(row, action="decision.undone", by=by, now=now, reason=words)
    return True


def _office_only(by: Actor) -> None:
    if by.kind not in (ActorKind.STAFF, ActorKind.SYSTEM):
        raise DecisionNotFound(DecisionReason.NOT_FOUND)


def _meter(by: Actor, public_id: str) -> MeterView | None:
    return metering.meter_for(by, public_id=public_id) if public_id else None


def _today(account: AccountView, now: datetime) -> Month:
    return Month.of(provider_today(account.provider, now))


def _checked(
    new: NewDecision, *, account: AccountView, meter: MeterView | None, now: datetime
) -> DecisionPreview:
    today = _today(account, now)
    floor = books([account.account_id])[account.account_id].begins(new.since)
    trouble = decision_trouble(new, of_meter=meter is not None, floor=floor, today=today)
    if trouble is None and meter is not None and meter.account_id != account.account_id:
        trouble = (DecisionReason.METER, "meter")
    if trouble is None and _taken(new, account_id=account.account_id, meter=meter, today=today):
        trouble = (DecisionReason.OVERLAPS, "since")
    if trouble is not None:
        raise DecisionRefused(trouble[0], field=trouble[1])
    found = preview_decision(
        account=account,
        today=today,
        add=_fact(new, today),
        of_meter=None if meter is None else meter.meter_id,
    )
    if found.reason is BillingReason.DECISION_MISSES:
        raise BillingProblem(found.reason, field="since", details=dict(found.details or {}))
    if not found.months and found.reason is None and new.kind is not OverrideKind.HOLD:
        raise DecisionRefused(DecisionReason.NOTHING)
    return found


def _fact(new: NewDecision, today: Month) -> Override:
    recomputes = new.kind is OverrideKind.RECOMPUTE
    return Override(
        kind=new.kind,
        since=new.since,
        until=new.until,
        zone=new.zone or None,
        kwh=new.kwh,
        kopecks=new.kopecks,
        percent=new.percent,
        ends=today.plus(RECOMPUTED_FOR) if recomputes else new.ends,
    )


def _taken(new: NewDecision, *, account_id: int, meter: MeterView | None, today: Month) -> bool:
    """Whether such a decision about the same has one of these months already, signed or not."""
    if new.kind not in SINGULAR:
        return False
    rows = OverrideRow.objects.filter(account_id=account_id, kind=new.kind.value, gone_at__isnull=True)
    for row in rows:
        fact = fact_of(row)
        scales_meet = (row.zone or "") == new.zone and (
            row.meter_id is None or meter is None or row.meter_id == meter.meter_id
        )
        over = fact.ends is not None and fact.ends <= today
        if scales_meet and not over and meet(new.since, new.until, fact.since, fact.until):
            return True
    return False


def _needs_two(new: NewDecision, found: DecisionPreview, *, account: AccountView, now: datetime) -> bool:
    if new.kind is OverrideKind.HOLD:
        return False
    if new.kind in BY_TWO:
        return True
    alone = alone_lately(account.account_id, now=now)
    limit = rules_for(account.provider.provider_id, _today(account, now)).decision_kopecks
    return two_hands(effect=found.effect, alone=alone, limit=limit)


def _refuse_other(found: DecisionPreview, shown: str) -> None:
    if found.shown != shown:
        raise DecisionRefused(DecisionReason.CHANGED)


def _of_row(row: OverrideRow, *, account: AccountView, now: datetime) -> DecisionPreview:
    return preview_decision(
        account=account, today=_today(account, now), add=fact_of(row), of_meter=row.meter_id
    )


def _locked(by: Actor, public_id: str) -> tuple[OverrideRow, AccountView]:
    """A decision that is not gone, with its account locked, in the order in which everything locks it."""
    _office_only(by)
    known = OverrideRow.objects.filter(public_id=public_id).values_list("account_id", "account__public_id")
    for account_id, account_public_id in known:
        lock_account(account_id)
        row = OverrideRow.objects.filter(public_id=public_id, gone_at__isnull=True).first()
        if row is not None:
            return row, account_for(by, public_id=account_public_id)
    raise DecisionNotFound(DecisionReason.NOT_FOUND)


def _record(row: OverrideRow, *, action: str, by: Actor, now: datetime, reason: str = "") -> None:
    journal.record(
        by=by,
        action=action,
        subject="decision",
        subject_id=row.public_id,
        now=now,
        account_id=row.account_id,
        after={
            "kind": row.kind,
            "document": row.document,
            "since": str(Month.of(row.since)),
            "until": str(Month.of(row.until)) if row.until else None,
            "effect_kopecks": row.effect_kopecks,
        },
        reason=reason,
    )
