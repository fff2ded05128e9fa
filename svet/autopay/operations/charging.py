"""Charging what was told: an order of its own per try, begun once, never above what was told.

Begun twice, late, killed between, by two workers: the month moves by compare-and-set under the agreement's
lock in the transaction that keeps the order, and the order's key is the month with the number of the try.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

import structlog

from svet.accounts.queries import accounts_by_id
from svet.autopay.models import AutopayAgreement, AutopayTry, AutopayTurn
from svet.autopay.operations.concluding import BY, WITHDRAWN, conclude, is_final
from svet.autopay.operations.holding import hold_turn, waits_for_promise
from svet.autopay.operations.moving import locked_agreement, move_turn
from svet.autopay.operations.tidying import judge_locked
from svet.autopay.rules import (
    ASIDE,
    LATEST,
    READY,
    AgreementState,
    TurnState,
    sum_to_charge,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO
from svet.kernel.transactions import use_case
from svet.payments.operations import BankUnavailable, CardNotFound, CardRefused, OrderRefused
from svet.payments.operations.unattended import keep_unattended, send_unattended, withdraw_unattended
from svet.payments.queries.unattended import being_paid, charges, in_doubt, left_to_charge
from svet.payments.rules import LIMITS
from svet.payments.rules.refusals import BankReasonText
from svet.payments.rules.states import OrderState

#: So many months a run touches: other payments wait for the same workers.
A_RUN = 200
#: Whose bank is asked: a card is charged by the shop that keeps it.
_SHOP = "agreement__card__shop_id"
log = structlog.get_logger(__name__)


def charge_due(*, now: datetime) -> int:
    """Begin the tries whose time has come; says how many. Each is kept first, then handed to the bank.

    A run has :data:`A_RUN` at most, the oldest first. A bank that is silent is asked once, and what is to be
    charged by it waits for the next run, unbegun; it holds up nobody else's.
    """
    due = AutopayTurn.objects.filter(state__in=sorted(READY), charge_at__lte=now).order_by("charge_at", "pk")
    begun = looked = 0
    silent: set[int | None] = set()
    for turn_id, shop_id in list(due.values_list("pk", _SHOP)):
        if shop_id in silent:
            continue
        if looked == A_RUN:
            break
        looked += 1
        with _alone(turn_id, now=now):
            order_id = _begin(turn_id, now=now)
            if order_id is not None:
                begun += 1
                if _send(turn_id, order_id=order_id, now=now):
                    silent.add(shop_id)
    return begun


def follow_charges(*, now: datetime) -> int:
    """Look what became of the tries that have begun; says how many are at their end. Bounded as the other."""
    charging = AutopayTurn.objects.filter(state=TurnState.CHARGING.value).order_by("charge_at", "pk")
    turns = dict(charging.values_list("pk", _SHOP))
    tries = AutopayTry.objects.filter(turn_id__in=turns).order_by("no")
    last = dict(tries.values_list("turn_id", "order_id"))  # of each month the last one stays
    known = charges(last.values())
    ended = looked = 0
    silent: set[int | None] = set()
    for turn_id, shop_id in turns.items():
        standing = known[last[turn_id]]
        unbegun = standing.unbegun
        if (unbegun and shop_id in silent) or not (unbegun or is_final(standing)):
            continue
        if looked == A_RUN:
            break
        looked += 1
        with _alone(turn_id, now=now):
            if unbegun:
                # Whoever kept it was killed before the bank was asked, or the bank was not reached.
                if _send(turn_id, order_id=standing.order_id, now=now):
                    silent.add(shop_id)
                standing = charges([standing.order_id])[standing.order_id]
            ended += conclude(turn_id, standing, now=now)
    return ended


@contextmanager
def _alone(turn_id: int, *, now: datetime) -> Iterator[None]:
    """What befalls one month is no matter of the others: it is told, and comes after them."""
    try:
        yield
    except (CardNotFound, CardRefused) as refusal:
        # Unbound, or put to rest, since it was judged: the next look judges it so.
        log.warning("autopay.card_refused", turn=turn_id, reason=str(refusal.reason))
    except Exception:
        log.exception("autopay.turn_failed", turn=turn_id)
    else:
        return
    AutopayTurn.objects.filter(pk=turn_id).update(charge_at=now + ASIDE)


def _begin(turn_id: int, *, now: datetime) -> int | None:
    """Keep the order of a try; None: there is nothing to charge, or not now."""
    with use_case():
        agreement = locked_agreement(
            AutopayTurn.objects.values_list("agreement_id", flat=True).get(pk=turn_id)
        )
        turn = AutopayTurn.objects.select_for_update().get(pk=turn_id)
        if turn.state not in READY or turn.charge_at > now:
            return None
        if agreement.state != AgreementState.ACTIVE:
            move_turn(turn, new=TurnState.STOPPED, by=BY, now=now, note=agreement.state)
            return None
        if judge_locked(agreement, by=Actor.system(BY), now=now):
            return None
        if now - turn.due_at > LATEST:
            move_turn(turn, new=TurnState.STOPPED, by=BY, now=now, note="late")
            return None
        if hold_turn(turn, agreement, now=now):
            return None
        tries = list(AutopayTry.objects.filter(turn=turn).order_by("no"))
        if _paid_late(turn, tries, now=now):
            return None
        account_id = agreement.account_id
        left = left_to_charge([account_id], now=now)[account_id]
        # Nobody knows yet what a charge has taken: nothing may be left, or all of it.
        unknown = left < LIMITS.line_min and in_doubt([account_id])
        if unknown or being_paid([account_id], now=now):
            AutopayTurn.objects.filter(pk=turn.pk).update(charge_at=now + ASIDE)
            return None
        money = sum_to_charge(
            owed=left,
            ceiling=agreement.terms.ceiling,
            told=turn.told,
            most=LIMITS.line_max,
        )
        if money < LIMITS.line_min:
            move_turn(turn, new=TurnState.NOTHING, by=BY, now=now)
            return None
        no = len(tries) + 1
        try:
            order_id = keep_unattended(
                person_id=agreement.person_id,
                card_public_id=agreement.card.public_id,
                account=accounts_by_id([account_id])[0],
                money=money,
                key=uuid5(NAMESPACE_URL, f"svet:autopay:{turn.public_id}:{no}"),
                by=BY,
                now=now,
            )
        except OrderRefused:
            # The contract takes nothing new for a while: told again when it does, or paid by hand meanwhile.
            move_turn(turn, new=TurnState.STOPPED, by=BY, now=now, note="shop_off")
            return None
        AutopayTry.objects.create(turn=turn, no=no, order_id=order_id, kopecks=money.kopecks, at=now)
        move_turn(turn, new=TurnState.CHARGING, by=BY, now=now, note=str(no))
        journal.record(
            by=Actor.system(BY),
            action="autopay.begun",
            subject="autopay",
            subject_id=agreement.public_id,
            account_id=account_id,
            now=now,
            after={"kopecks": money.kopecks, "try": no},
        )
    return order_id


def _paid_late(turn: AutopayTurn, tries: list[AutopayTry], *, now: datetime) -> bool:
    """Whether the bank has said yes, after all, to a try that was declined: the month is paid then."""
    known = charges([one.order_id for one in tries])
    paid = [one for one in tries if known[one.order_id].state is OrderState.CREDITED]
    if paid:
        total = min(sum(one.kopecks for one in paid), turn.told_kopecks)
        move_turn(turn, new=TurnState.PAID, by=BY, now=now, note="late", charged_kopecks=total, reason="")
    return bool(paid)


def _send(turn_id: int, *, order_id: int, now: datetime) -> bool:
    """Hand the order to the bank unless something has come between; what no bank has begun is taken back.

    True: the bank is silent, and whoever asks it next would wait in vain.
    """
    agreement = AutopayAgreement.objects.get(turns__pk=turn_id)

    def may() -> bool:
        # The lock: either the end of the agreement is committed and seen here, or it comes after the sending.
        # Hours may lie between keeping and a bank that is reached, so all is judged that was judged then.
        held = locked_agreement(agreement.pk)
        if held.state != AgreementState.ACTIVE or judge_locked(held, by=Actor.system(BY), now=now):
            return False
        turn = AutopayTurn.objects.get(pk=turn_id)
        if now - turn.due_at > LATEST or waits_for_promise(turn, held, now=now):
            return False
        paid_by_hand = being_paid([held.account_id], but_order=order_id, now=now)
        # This order is among what is spoken for: less than nothing left means it would take too much.
        return not paid_by_hand and left_to_charge([held.account_id], now=now)[held.account_id] >= ZERO

    try:
        sent = send_unattended(order_id=order_id, may=may, now=now)
    except BankUnavailable as failure:
        log.warning("autopay.bank_unavailable", turn=turn_id, code=failure.details.get("code"))
        return failure.reason is BankReasonText.BANK_SILENT
    if not sent:
        with use_case():
            withdraw_unattended(order_id=order_id, note=WITHDRAWN, by=BY, now=now)
    return False
