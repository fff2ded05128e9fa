"""What an agreement charges next: what was told, or what would be told by the debt of now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from svet.accounts.queries import AccountView
from svet.autopay.models import AutopayAgreement, AutopayTurn, taken_by_others
from svet.autopay.rules import (
    READY,
    RESTORED,
    AutopayTerms,
    TurnState,
    TurnView,
    charge_moment,
    not_before,
    planned_day,
    sum_to_charge,
)
from svet.bills import queries as bills
from svet.kernel.money import ZERO, Money
from svet.kernel.periods import Month
from svet.payments.rules import LIMITS

#: The job that tells runs as often as that: a day the page names is none that it would miss by minutes.
_TOLD_WITHIN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class NextCharge:
    """What is charged next: as was told (``turn``), or by what is owed; ``left`` of it by the debt of now.

    ``month`` is that of the bill it is for.
    """

    on: date
    money: Money
    turn: TurnView | None
    left: Money
    month: Month


def following(told: TurnView, terms: AutopayTerms, *, owed: Money) -> NextCharge:
    """What was told, and what is left of it; of a try that has begun the bank has the word."""
    now_left = _sum_now(owed, terms.ceiling, told.told)
    left = now_left if told.state in READY else told.told
    return NextCharge(told.on, told.told, told, left, told.month)


def held(
    told: TurnView, terms: AutopayTerms, *, owed: Money, until: date, zone: ZoneInfo, now: datetime
) -> NextCharge | None:
    """What follows where a told charge waits for a later day: it is told anew, a whole day before.

    After a promise of the last hours that is a later day than the promised one. None: nothing is owed.
    """
    again = _sum_now(owed, terms.ceiling, told.told)
    if not again:
        return None
    due = charge_moment(until, told_at=now + _TOLD_WITHIN, zone=zone)
    return NextCharge(due.astimezone(zone).date(), again, None, again, told.month)


def planned(
    rows: Sequence[AutopayAgreement],
    accounts: Mapping[int, AccountView],
    turns: Mapping[int, Sequence[AutopayTurn]],
    waits: Mapping[tuple[int, int], date],
    debts: Mapping[int, Money],
    *,
    now: datetime,
) -> dict[int, NextCharge]:
    """By what is owed today: the newest bill that no month of the agreement, or of another, stands for."""
    ids = [row.account_id for row in rows]
    if not ids:
        return {}
    newest = {key: last[0] for key, last in bills.last_bills(account_ids=ids, months=1).items() if last}
    taken = taken_by_others(rows, {key: one.month for key, one in newest.items()})
    found = {}
    for row in rows:
        bill = newest.get(row.account_id)
        if bill is None or row.since is None or row.pk in taken or not _is_open(bill.month, turns[row.pk]):
            continue
        money = _sum_now(debts[row.account_id], row.terms.ceiling, None)
        if not money:
            continue
        zone = ZoneInfo(accounts[row.account_id].provider.time_zone)
        on = planned_day(row.terms, issued_on=bill.issued_on, since=row.since.astimezone(zone).date())
        on = not_before(on, promised=waits.get((row.account_id, row.person_id)))
        due = charge_moment(on, told_at=now + _TOLD_WITHIN, zone=zone)
        found[row.pk] = NextCharge(due.astimezone(zone).date(), money, None, money, bill.month)
    return found


def _is_open(month: Month, turns: Sequence[AutopayTurn]) -> bool:
    """Whether a bill may be told, or told again."""
    same = next((turn for turn in turns if turn.month == month.first), None)
    return same is None or (same.state == TurnState.STOPPED and same.reason != RESTORED)


def _sum_now(owed: Money, ceiling: Money | None, told: Money | None) -> Money:
    """What would be charged if it were now: nothing when no bank takes so little."""
    money = sum_to_charge(owed=owed, ceiling=ceiling, told=told, most=LIMITS.line_max)
    return money if money >= LIMITS.line_min else ZERO
