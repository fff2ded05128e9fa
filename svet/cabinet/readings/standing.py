"""How every account of the cabinet stands, by few columns: the page draws a part, its counts are of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from svet.accounts.queries import AccountCard, provider_today
from svet.accounts.rules import Right
from svet.metering import operations, queries, rules
from svet.metering.queries import MeterView


@dataclass(frozen=True, slots=True)
class AccountsStanding:
    """Keys of accounts that wait for readings, and of those one may send for; by meter what was sent last."""

    waiting: frozenset[int]
    sendable: frozenset[int]
    #: How many meters one may send for.
    meters: int
    last: dict[int, date]


def standing_of(
    cards: Sequence[AccountCard], meters: Sequence[MeterView], *, now: datetime
) -> AccountsStanding:
    """One query over all accounts, without their dials."""
    ids = [card.account_id for card in cards]
    days_of = queries.last_days(account_ids=ids)
    last = {meter_id: each.sent for meter_id, each in days_of.items() if each.sent is not None}
    by_account: dict[int, AccountCard] = {card.account_id: card for card in cards}
    days: dict[int, tuple[date, date]] = {}
    for card in cards:
        if card.provider.provider_id not in days:
            days[card.provider.provider_id] = _days(card, now)
    waiting, sendable, count = set(), set(), 0
    for meter in meters:
        card = by_account[meter.account_id]
        today, after = days[card.provider.provider_id]
        found = days_of.get(meter.meter_id)
        if Right.SUBMIT not in card.rights or found is None or found.known is None:
            continue
        if operations.hindrance(
            meter,
            read_on=today,
            today=today,
            last_on=found.known,
            channel=rules.ReadingChannel.WEB,
        ):
            continue
        count += 1
        sendable.add(meter.account_id)
        if last.get(meter.meter_id, date.min) <= after:
            waiting.add(meter.account_id)
    return AccountsStanding(frozenset(waiting), frozenset(sendable), count, last)


def _days(card: AccountCard, now: datetime) -> tuple[date, date]:
    """Today where the provider is, and the last day of readings that belong to an earlier bill."""
    today, to_day = provider_today(card.provider, now), card.provider.window_to_day
    period = rules.period_of(today, window_to_day=to_day)
    return today, rules.cut_off(period.plus(-1), window_to_day=to_day)
