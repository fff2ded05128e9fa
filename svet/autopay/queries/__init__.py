"""Reads of autopay: a person's agreements, an account's, what will be charged when."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby, islice
from typing import Any, Final
from zoneinfo import ZoneInfo

from svet.accounts.queries import AccountView, accounts_by_id, provider_today
from svet.arrangements.queries import held_until
from svet.autopay.models import AutopayAgreement, AutopayTry, AutopayTurn
from svet.autopay.queries.following import NextCharge, following, held, planned
from svet.autopay.rules import (
    PROMISED,
    READY,
    RESTORED,
    STANDING,
    AgreementCause,
    AgreementState,
    AutopayNotFound,
    AutopayReason,
    AutopayTerms,
    TurnState,
    TurnView,
    is_held,
)
from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month
from svet.payments.queries import CardView
from svet.payments.queries.unattended import ChargeStanding, cards_by_id, charges, left_to_charge

#: How many months back a page tells what was charged.
_MONTHS = 12
#: How many turns are checked at a time.
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class AgreementStep:
    """One step in the life of an agreement."""

    state: AgreementState
    cause: AgreementCause | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AutopayView:
    """An agreement with its course; ``cause`` is why it stands where it does, None: nothing to say."""

    public_id: str
    person_id: int
    account_id: int
    account_public_id: str
    account_number: str
    provider_name: str
    card: CardView
    card_bound: bool
    state: AgreementState
    cause: AgreementCause | None
    terms: AutopayTerms
    made_at: datetime
    next: NextCharge | None
    turns: tuple[TurnView, ...]
    steps: tuple[AgreementStep, ...]


@dataclass(frozen=True, slots=True)
class SkipView:
    """What the link of a message shows: no name, no address, nothing that is not in the message."""

    account_number: str
    card: str
    money: Money
    on: date
    state: TurnState
    may_skip: bool


def agreements(*, person_id: int, now: datetime) -> list[AutopayView]:
    """A person's agreements but offers, those that stand first, then the newest."""
    rows = AutopayAgreement.objects.filter(person_id=person_id).exclude(since__isnull=True)
    found = _views(list(rows.order_by("-pk")[:50]), now=now)
    return sorted(found, key=lambda one: one.state is AgreementState.ENDED)


def agreement(*, person_id: int, public_id: str, now: datetime) -> AutopayView:
    """One of them, an offer too. :raises AutopayNotFound: absent or somebody else's"""
    row = AutopayAgreement.objects.filter(person_id=person_id, public_id=public_id).first()
    if row is None:
        raise AutopayNotFound(AutopayReason.NOT_FOUND)
    return _views([row], now=now)[0]


def agreements_of_account(account_id: int, *, now: datetime) -> list[AutopayView]:
    """All agreements ever made about an account, newest first: for the staff."""
    rows = AutopayAgreement.objects.filter(account_id=account_id).exclude(since__isnull=True)
    return _views(list(rows.order_by("-pk")[:20]), now=now)


def coming(*, person_id: int, now: datetime) -> list[AutopayView]:
    """The person's active agreements that will charge something, the nearest first."""
    rows = AutopayAgreement.objects.filter(person_id=person_id, state=AgreementState.ACTIVE.value)
    found = [one for one in _views(list(rows), now=now) if one.next is not None]
    return sorted(found, key=lambda one: one.next.on if one.next else date.max)


def standing_of(*, person_id: int, now: datetime) -> list[AutopayView]:
    """The person's agreements that charge or stand still; of an account one at most."""
    rows = AutopayAgreement.objects.filter(person_id=person_id, state__in=sorted(STANDING))
    return _views(list(rows), now=now)


def has_standing(*, person_id: int) -> bool:
    """Whether the person has any autopay, paused ones included."""
    return AutopayAgreement.objects.filter(person_id=person_id, state__in=sorted(STANDING)).exists()


def told_by_key(key: str) -> SkipView:
    """What the message with this key told. :raises AutopayNotFound: no message had it"""
    rows = AutopayTurn.objects.select_related("agreement")
    turn = rows.filter(skip_key=key.replace("\0", "")).first() if key else None
    if turn is None:
        raise AutopayNotFound(AutopayReason.NOT_FOUND)
    account = accounts_by_id([turn.agreement.account_id])[0]
    card = cards_by_id([turn.agreement.card_id])[turn.agreement.card_id][0]
    shown = _turn(turn, account, _orders([turn.pk]))
    return SkipView(account.number, card.shown, turn.told, shown.on, shown.state, shown.may_skip)


def agreed_by(*, person_id: int, limit: int) -> list[dict[str, Any]]:
    """A person's agreements as plain values, newest first."""
    rows = AutopayAgreement.objects.filter(person_id=person_id).order_by("-pk")[:limit]
    numbers: dict[int, str] = {
        one.account_id: one.number for one in accounts_by_id({row.account_id for row in rows})
    }
    return [
        {
            "account": numbers[row.account_id],
            "state": row.state,
            "ceiling_kopecks": row.ceiling_kopecks,
            "day_of_month": row.day_of_month,
            "days_after_bill": row.days_after_bill,
            "made_at": row.made_at,
            "ended_at": row.ended_at,
        }
        for row in rows
    ]


def broken() -> list[str]:
    """Breaches of what autopay promises, in words, for ``svet verify``."""
    found: list[str] = []
    rows = AutopayTry.objects.select_related("turn").order_by("turn_id", "no").iterator(chunk_size=_AT_ONCE)
    turns = (list(tries) for _turn_id, tries in groupby(rows, key=lambda each: each.turn_id))
    while some := list(islice(turns, _AT_ONCE)):
        found += _broken_of(some)
    return found


def _broken_of(turns: Sequence[Sequence[AutopayTry]]) -> Iterator[str]:
    known = charges([one.order_id for tries in turns for one in tries])
    for tries in turns:
        turn = tries[0].turn
        # A bank that says yes after its no has charged on its own account: it can be given back.
        paid = [one for one in tries if known[one.order_id].state.value == "credited"]
        taken = sum(one.kopecks for one in paid if not known[one.order_id].late)
        if taken > turn.told_kopecks:
            yield f"autopay {turn.public_id} took {taken} kopecks, told were {turn.told_kopecks}"
        if any(
            one.at < turn.told_at and one is tries[-1] and turn.state == TurnState.CHARGING for one in tries
        ):
            yield f"autopay {turn.public_id} is charged before it was told"


def _views(rows: Sequence[AutopayAgreement], *, now: datetime) -> list[AutopayView]:
    ids = [row.account_id for row in rows]
    accounts: dict[int, AccountView] = {one.account_id: one for one in accounts_by_id(ids)}
    cards = cards_by_id({row.card_id for row in rows})
    turns: dict[int, list[AutopayTurn]] = {row.pk: [] for row in rows}
    for turn in AutopayTurn.objects.filter(agreement__in=rows).order_by("-month"):
        turns[turn.agreement_id].append(turn)
    last_orders = _orders([turn.pk for found in turns.values() for turn in found[:_MONTHS]])
    steps: dict[int, list[AgreementStep]] = {row.pk: [] for row in rows}
    for row in rows:
        for step in row.changes.all():
            cause = AgreementCause(step.cause) if step.cause else None
            steps[row.pk].append(AgreementStep(AgreementState(step.new), cause, step.at))
    waits = held_until(ids)
    active = [row for row in rows if row.state == AgreementState.ACTIVE]
    debts = left_to_charge([row.account_id for row in active], now=now) if active else {}
    coming_next = planned(active, accounts, turns, waits, debts, now=now)
    found = []
    for row in rows:
        account, owed = accounts[row.account_id], debts.get(row.account_id, ZERO)
        card, bound = cards[row.card_id]
        shown = tuple(_turn(turn, account, last_orders) for turn in turns[row.pk][:_MONTHS])
        told = next((one for one in shown if one.state in (*READY, TurnState.CHARGING)), None)
        upcoming = following(told, row.terms, owed=owed) if told else coming_next.get(row.pk)
        until, today = waits.get((row.account_id, row.person_id)), provider_today(account.provider, now)
        if told and until and told.state in READY and is_held(told.on, promised=until, today=today):
            # It waits for the later day, whether or not the job has said so by now.
            stopped = replace(told, state=TurnState.STOPPED, reason=PROMISED)
            shown = tuple(stopped if one is told else one for one in shown)
            zone = ZoneInfo(account.provider.time_zone)
            upcoming = held(told, row.terms, owed=owed, until=until, zone=zone, now=now)
        ahead = until is not None and today < until
        shown = tuple(_said_anew(one, upcoming, waits=ahead) for one in shown)
        found.append(
            AutopayView(
                public_id=row.public_id,
                person_id=row.person_id,
                account_id=row.account_id,
                account_public_id=account.public_id,
                account_number=account.number,
                provider_name=account.provider.name,
                card=card,
                card_bound=bound,
                state=AgreementState(row.state),
                cause=AgreementCause(row.cause) if row.cause else None,
                terms=row.terms,
                made_at=row.made_at,
                next=upcoming if row.state == AgreementState.ACTIVE else None,
                turns=shown,
                steps=tuple(steps[row.pk]),
            )
        )
    return found


def _said_anew(turn: TurnView, upcoming: NextCharge | None, *, waits: bool) -> TurnView:
    """A month that was stopped, as it is read today: it waits for a day, is told anew, or is over."""
    if turn.state is not TurnState.STOPPED or turn.reason == RESTORED:
        return turn
    again = upcoming is not None and upcoming.month == turn.month
    return replace(turn, reason=turn.reason if again and waits else "", again=again)


def _orders(turn_ids: Collection[int]) -> dict[int, ChargeStanding]:
    """Where the last order of each month stands."""
    last = {
        one.turn_id: one.order_id for one in AutopayTry.objects.filter(turn_id__in=turn_ids).order_by("no")
    }
    known = charges(last.values())
    return {turn_id: known[order_id] for turn_id, order_id in last.items()}


def _turn(turn: AutopayTurn, account: AccountView, orders: dict[int, ChargeStanding]) -> TurnView:
    order = orders.get(turn.pk)
    return TurnView(
        public_id=turn.public_id,
        month=Month.of(turn.month),
        state=TurnState(turn.state),
        told=turn.told,
        told_at=turn.told_at,
        on=_day(turn, account),
        charged=Money(turn.charged_kopecks),
        reason=turn.reason,
        order=order.public_id if order is not None else "",
        unbegun=order is not None and order.unbegun,
    )


def _day(turn: AutopayTurn, account: AccountView) -> date:
    return turn.due_at.astimezone(ZoneInfo(account.provider.time_zone)).date()
