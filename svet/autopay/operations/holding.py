"""Waiting for a promised day: whoever promised to pay by it is not charged by their autopay before."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from svet.accounts.queries import accounts_by_id, provider_today
from svet.arrangements.queries import held_until
from svet.autopay.models import AutopayAgreement, AutopayTurn
from svet.autopay.operations.moving import locked_agreement, move_turn
from svet.autopay.rules import PROMISED, READY, TurnState, is_held, not_before
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import require_transaction, use_case

BY = "autopay.hold"


def hold_promised(*, now: datetime) -> int:
    """Take back what was told for a day before the promised one; says how many. It is told again before that.

    Charging asks the same once more, so a run that is late charges nothing.
    """
    ready = AutopayTurn.objects.filter(state__in=sorted(READY)).select_related("agreement")
    turns = {turn.pk: turn.agreement for turn in ready.order_by("pk")}
    promised = held_until({agreement.account_id for agreement in turns.values()})
    held = 0
    for turn_id, agreement in turns.items():
        if (agreement.account_id, agreement.person_id) not in promised:
            continue
        with use_case():
            locked = locked_agreement(agreement.pk)
            turn = AutopayTurn.objects.select_for_update().get(pk=turn_id)
            held += turn.state in READY and hold_turn(turn, locked, now=now)
    return held


def hold_turn(turn: AutopayTurn, agreement: AutopayAgreement, *, now: datetime) -> bool:
    """Stop a locked month whose charge would come before the promised day (a step); says whether it did."""
    require_transaction()
    if not waits_for_promise(turn, agreement, now=now):
        return False
    move_turn(turn, new=TurnState.STOPPED, by=BY, now=now, note=PROMISED, reason=PROMISED)
    journal.record(
        by=Actor.system(BY),
        action="autopay.waits",
        subject="autopay",
        subject_id=agreement.public_id,
        account_id=agreement.account_id,
        now=now,
        after={"month": turn.month.isoformat(), "told_kopecks": turn.told_kopecks},
    )
    return True


def free_day(agreement: AutopayAgreement, planned: date) -> date:
    """The first day from the planned one that its person's own promise does not hold: what may be named."""
    until = held_until([agreement.account_id]).get((agreement.account_id, agreement.person_id))
    return not_before(planned, promised=until)


def waits_for_promise(turn: AutopayTurn, agreement: AutopayAgreement, *, now: datetime) -> bool:
    """Whether its person has promised a later day, which is still ahead."""
    until = held_until([agreement.account_id]).get((agreement.account_id, agreement.person_id))
    if until is None:
        return False
    provider = accounts_by_id([agreement.account_id])[0].provider
    due_on = turn.due_at.astimezone(ZoneInfo(provider.time_zone)).date()
    return is_held(due_on, promised=until, today=provider_today(provider, now))
