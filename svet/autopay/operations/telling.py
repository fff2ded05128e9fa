"""Telling a day before: sum, day, card, and how to skip it. What was not told is never charged."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from svet.accounts.queries import AccountView, accounts_by_id
from svet.arrangements.queries import held_until
from svet.autopay import events
from svet.autopay.models import AutopayAgreement, AutopayTurn, TurnChange, taken_by_others
from svet.autopay.operations.moving import locked_agreement, move_turn
from svet.autopay.operations.tidying import judge_locked
from svet.autopay.rules import (
    RESTORED,
    AgreementState,
    TurnState,
    charge_moment,
    is_time_to_tell,
    not_before,
    planned_day,
    sum_to_charge,
)
from svet.bills import queries as bills
from svet.bills.queries import BillSummary
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.frozen import frozen
from svet.kernel.money import ZERO, Money
from svet.kernel.places import Place
from svet.kernel.transactions import require_transaction, use_case
from svet.look.formats import day, roubles
from svet.notices import operations as notices
from svet.notices.operations.promises import link_to
from svet.payments.queries.unattended import cards_by_id, cards_off, left_to_charge
from svet.payments.rules import LIMITS
from svet.people import queries as people

BY = "autopay.tell"


def tell_due(*, now: datetime) -> int:
    """Tell whose charge is near; says how many were told.

    A month is told once; one that was told and not charged in time is told again before it is. What a
    contract that is off would take is told when it is on again.
    """
    active = _active.all()
    ids = [one.account_id for one in active]
    accounts: dict[int, AccountView] = {one.account_id: one for one in accounts_by_id(ids)}
    newest = bills.last_bills(account_ids=ids, months=1)
    debts = left_to_charge(ids, now=now)
    off = cards_off({one.card_id for one in active})
    decided, promised = _decided(active, newest), held_until(ids)
    told = 0
    for one in active:
        account, last = accounts[one.account_id], newest[one.account_id]
        if one.card_id in off or one.pk in decided:
            continue
        if not last or debts[one.account_id] < LIMITS.line_min:
            continue
        zone, until = ZoneInfo(account.provider.time_zone), promised.get((one.account_id, one.person_id))
        if not is_time_to_tell(_planned(one, last[0], promised=until, zone=zone), now=now, zone=zone):
            continue
        with use_case():
            told += _tell(one.pk, account=account, bill=last[0], now=now)
    return told


@frozen
def _active() -> QuerySet[AutopayAgreement]:
    return AutopayAgreement.objects.filter(state=AgreementState.ACTIVE.value).order_by("pk")


def tell_of_charge(turn: AutopayTurn, *, refused: str, now: datetime, rest: Money = ZERO) -> None:
    """Tell the person of a coming charge (a step); ``refused``: why the bank refused the one before.

    ``rest`` is owed above the limit they have agreed to.

    :raises Recipient.DoesNotExist: there is nobody to tell
    """
    require_transaction()
    agreement = turn.agreement
    account = accounts_by_id([agreement.account_id])[0]
    zone = ZoneInfo(account.provider.time_zone)
    place = Place("autopay-skip", (turn.skip_key,))
    params = {
        "account": account.number,
        "total": roubles(turn.told),
        "on": day(turn.due_at.astimezone(zone).date()),
        "card": cards_by_id([agreement.card_id])[agreement.card_id][0].title,
        "link": link_to(place),
    }
    notices.notify(
        recipient_id=people.recipient_of(agreement.person_id),
        event=events.AUTOPAY_AGAIN if refused else events.AUTOPAY_TOLD,
        params=params | ({"reason": refused} if refused else {}) | ({"rest": roubles(rest)} if rest else {}),
        place=place,
        now=now,
    )


def _decided(active: list[AutopayAgreement], newest: Mapping[int, Sequence[BillSummary]]) -> frozenset[int]:
    """Whose newest bill was told already and may not be told again: most of them, most of the month."""
    months = {one.pk: newest[one.account_id][0].month.first for one in active if newest[one.account_id]}
    turns = AutopayTurn.objects.filter(agreement__in=months, month__in={*months.values()})
    return frozenset(
        turn.agreement_id
        for turn in turns.only("agreement_id", "month", "state", "reason")
        if turn.month == months[turn.agreement_id] and not _may_be_told_again(turn)
    )


def _may_be_told_again(turn: AutopayTurn) -> bool:
    return turn.state == TurnState.STOPPED and turn.reason != RESTORED


def _planned(
    agreement: AutopayAgreement, bill: BillSummary, *, promised: date | None, zone: ZoneInfo
) -> date:
    assert agreement.since is not None
    since = agreement.since.astimezone(zone).date()
    planned = planned_day(agreement.terms, issued_on=bill.issued_on, since=since)
    return not_before(planned, promised=promised)


def _tell(agreement_id: int, *, account: AccountView, bill: BillSummary, now: datetime) -> bool:
    agreement = locked_agreement(agreement_id)
    if agreement.state != AgreementState.ACTIVE or judge_locked(agreement, by=Actor.system(BY), now=now):
        return False
    if not people.recipients_of([agreement.person_id]) or taken_by_others(
        [agreement], {agreement.account_id: bill.month}
    ):
        return False
    turn = AutopayTurn.objects.select_for_update().filter(agreement=agreement, month=bill.month.first).first()
    if turn is not None and not _may_be_told_again(turn):
        return False
    zone = ZoneInfo(account.provider.time_zone)
    # Promised since the round began, it may be for a later day than is near.
    until = held_until([account.account_id]).get((account.account_id, agreement.person_id))
    planned = _planned(agreement, bill, promised=until, zone=zone)
    if not is_time_to_tell(planned, now=now, zone=zone):
        return False
    due = charge_moment(planned, told_at=now, zone=zone)
    owed, ceiling = left_to_charge([account.account_id], now=now)[account.account_id], agreement.terms.ceiling
    money = sum_to_charge(
        owed=owed,
        ceiling=ceiling,
        told=None,
        most=LIMITS.line_max,
    )
    if money < LIMITS.line_min:
        return False
    turn = _keep(turn, agreement, bill, money=money, due=due, on=due.astimezone(zone).date(), now=now)
    tell_of_charge(turn, refused="", now=now, rest=ZERO if ceiling is None else max(owed - ceiling, ZERO))
    journal.record(
        by=Actor.system(BY),
        action="autopay.told",
        subject="autopay",
        subject_id=agreement.public_id,
        account_id=agreement.account_id,
        now=now,
        after={"kopecks": money.kopecks, "at": due.isoformat(), "bill": bill.number},
    )
    return True


def _keep(
    turn: AutopayTurn | None,
    agreement: AutopayAgreement,
    bill: BillSummary,
    *,
    money: Money,
    due: datetime,
    on: date,
    now: datetime,
) -> AutopayTurn:
    """The month as it is told now; the key of an older message is worth nothing any more."""
    told: dict[str, Any] = {
        "bill": bill.number,
        "told_at": now,
        "told_kopecks": money.kopecks,
        "first_on": on,
        "due_at": due,
        "charge_at": due,
        "skip_key": secrets.token_hex(16),
        "reason": "",
    }
    if turn is not None:
        move_turn(turn, new=TurnState.TOLD, by=BY, now=now, **told)
        turn.agreement = agreement
        return turn
    turn = AutopayTurn.objects.create(
        agreement=agreement, month=bill.month.first, state=TurnState.TOLD, **told
    )
    TurnChange.objects.create(turn=turn, old="", new=TurnState.TOLD, at=now, by=BY)
    return turn
