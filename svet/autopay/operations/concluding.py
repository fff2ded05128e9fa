"""The end of a try, once: paid, or what its refusal means for the month and the agreement."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from svet.accounts.queries import accounts_by_id
from svet.autopay import events
from svet.autopay.models import AutopayAgreement, AutopayTry, AutopayTurn
from svet.autopay.operations.holding import free_day
from svet.autopay.operations.moving import locked_agreement, move_turn, stop_by
from svet.autopay.operations.telling import tell_of_charge
from svet.autopay.operations.telling_stops import tell_stopped
from svet.autopay.rules import (
    ASIDE,
    CARD_GONE,
    RESTORED,
    RETRY_HOUR,
    AgreementCause,
    AgreementState,
    TurnState,
    charge_moment,
    sequel,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.transactions import use_case
from svet.look.formats import roubles
from svet.notices import operations as notices
from svet.payments.queries.unattended import ChargeStanding, in_doubt, left_to_charge
from svet.payments.rules import LIMITS
from svet.payments.rules.states import OrderState
from svet.people import queries as people

BY: Final = "autopay.charge"
_NOT_TAKEN = frozenset({OrderState.CANCELED, OrderState.FAILED})
#: We took it back before a bank had begun it: somebody else paid or was paying, the agreement had ended.
WITHDRAWN: Final = "withdrawn"


def is_final(standing: ChargeStanding) -> bool:
    """Whether nothing more comes of a try."""
    return standing.state in _NOT_TAKEN or standing.state in (OrderState.CREDITED, OrderState.RETURNED)


def conclude(turn_id: int, standing: ChargeStanding, *, now: datetime) -> bool:
    """The end of a try, once: paid, or what its refusal means; False while nobody knows."""
    if not is_final(standing):
        return False
    with use_case():
        return conclude_locked(turn_id, standing, now=now)


def conclude_locked(turn_id: int, standing: ChargeStanding, *, now: datetime) -> bool:
    """The end of a try of which nothing more will come, once (a step)."""
    agreement = locked_agreement(AutopayTurn.objects.values_list("agreement_id", flat=True).get(pk=turn_id))
    turn = AutopayTurn.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=turn_id)
    last = AutopayTry.objects.filter(turn=turn).order_by("no").last()
    if turn.state != TurnState.CHARGING or last is None or last.order_id != standing.order_id:
        return False
    if standing.state is OrderState.CREDITED:
        move_turn(turn, new=TurnState.PAID, by=BY, now=now, charged_kopecks=standing.total.kopecks, reason="")
    elif standing.state is OrderState.RETURNED:
        move_turn(turn, new=TurnState.FAILED, by=BY, now=now, note="returned", reason="returned")
    elif turn.reason == RESTORED and (standing.withdrawn or not _is_hard(turn, standing)):
        # The lost days may have seen another try, and that one paid.
        move_turn(turn, new=TurnState.AGAIN, by=BY, now=now, note=standing.reason)
        move_turn(turn, new=TurnState.STOPPED, by=BY, now=now, note=RESTORED)
    elif standing.withdrawn:
        # Nothing was asked of the bank: the same day again, when the way is free.
        move_turn(turn, new=TurnState.AGAIN, by=BY, now=now, note=WITHDRAWN, charge_at=now + ASIDE)
        if agreement.state != AgreementState.ACTIVE:
            move_turn(turn, new=TurnState.STOPPED, by=BY, now=now, note=agreement.state)
    else:
        _declined(turn, agreement, standing, now=now)
    return True


def _is_hard(turn: AutopayTurn, standing: ChargeStanding) -> bool:
    return sequel(reason=standing.reason or "other", first_on=turn.first_on, declines=turn.declines + 1).hard


def _is_settled(account_id: int, *, now: datetime) -> bool:
    """Whether nothing is left that could be charged: somebody has paid while the bank was asked."""
    left = left_to_charge([account_id], now=now)[account_id]
    return left < LIMITS.line_min and not in_doubt([account_id])


def _declined(
    turn: AutopayTurn, agreement: AutopayAgreement, standing: ChargeStanding, *, now: datetime
) -> None:
    reason = standing.reason or "other"
    zone = ZoneInfo(accounts_by_id([agreement.account_id])[0].provider.time_zone)
    declines = turn.declines + 1
    follows = sequel(reason=reason, first_on=turn.first_on, declines=declines)
    stands = agreement.state == AgreementState.ACTIVE
    if not follows.hard and _is_settled(agreement.account_id, now=now):
        # Nobody is told of another try, or asked to pay, where nothing is owed any more.
        move_turn(turn, new=TurnState.AGAIN, by=BY, now=now, note=reason, declines=declines, reason="")
        move_turn(turn, new=TurnState.NOTHING, by=BY, now=now)
    elif follows.on is not None and stands and people.recipients_of([agreement.person_id]):
        due = charge_moment(free_day(agreement, follows.on), told_at=now, zone=zone, hour=RETRY_HOUR)
        told = {"told_at": now, "due_at": due, "charge_at": due}
        move_turn(
            turn, new=TurnState.AGAIN, by=BY, now=now, note=reason, declines=declines, reason=reason, **told
        )
        tell_of_charge(turn, refused=reason, now=now)
    else:
        move_turn(turn, new=TurnState.FAILED, by=BY, now=now, note=reason, declines=declines, reason=reason)
        _give_up(agreement, standing, hard=follows.hard and stands, reason=reason, now=now)
    journal.record(
        by=Actor.system(BY),
        action="autopay.declined",
        subject="autopay",
        subject_id=agreement.public_id,
        account_id=agreement.account_id,
        now=now,
        after={"reason": reason, "declines": declines},
    )


def _give_up(
    agreement: AutopayAgreement, standing: ChargeStanding, *, hard: bool, reason: str, now: datetime
) -> None:
    """No more tries of this month; of a card the bank will not charge by itself none of any other either."""
    if hard:
        cause = AgreementCause.CARD_GONE if reason == CARD_GONE else AgreementCause.DECLINED
        stop_by(agreement, cause=cause, by=Actor.system(BY), now=now)
        tell_stopped(agreement, cause=cause, now=now)
        return
    recipient_id = people.recipients_of([agreement.person_id]).get(agreement.person_id)
    if recipient_id is not None:
        notices.notify(
            recipient_id=recipient_id,
            event=events.AUTOPAY_FAILED,
            params={
                "account": accounts_by_id([agreement.account_id])[0].number,
                "total": roubles(standing.total),
                "reason": reason,
            },
            place=Place("payment"),
            now=now,
        )
