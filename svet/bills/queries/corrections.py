"""Earlier months that a charge corrects, as a bill prints them: one line for a month and zone, netted.

The books take back whole lines and post others; whoever pays sees what the month was, what it is now, and
the difference (ADR 97).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from svet.billing.queries import ChargeLineView
from svet.billing.queries.charges import stood_and_stands
from svet.billing.queries.decisions import decision_texts
from svet.billing.rules import LineCause
from svet.bills.rules import RECALCULATION, LinePart, LineRow, adds_up
from svet.kernel.making import quickly
from svet.kernel.periods import Month
from svet.metering import queries as metering
from svet.metering.queries import SetView
from svet.metering.rules import Zone
from svet.tariffs.queries import TariffRowView

_ZONES = list(Zone)
_ZERO, _ONE = Decimal(0), Decimal(1)
_NOT_READ = (None, None, "", "")
_line_part, _line_row = quickly(LinePart), quickly(LineRow)
_Key = tuple[Month, Zone]


def own_lines(lines: Sequence[ChargeLineView]) -> list[ChargeLineView]:
    """The lines of months that nobody had charged before: the month's own, and what earlier ones lack."""
    return [line for line in lines if line.cause is LineCause.FIRST]


def correction_rows(
    charges: Mapping[int, Sequence[ChargeLineView]], *, period: Month
) -> dict[int, list[LineRow]]:
    """By account, a line for each month and zone in which its charge takes back or posts something."""
    touched = {account_id: keys for account_id, lines in charges.items() if (keys := _touched(lines))}
    if not touched:
        return {}
    account_ids = list(touched)
    decided = decision_texts(line.decision for lines in charges.values() for line in lines)
    causes = {why.cause_set_id for keys in touched.values() for why in keys.values()}
    sets = metering.sets_by_id(set_ids={each for each in causes if each is not None})
    months = {month for keys in touched.values() for month, _ in keys}
    was, now = stood_and_stands(account_ids, months=months, period=period)
    return {
        account_id: [
            _row(
                key,
                touched[account_id][key],
                _of(was[account_id], key),
                _of(now[account_id], key),
                sets,
                decided,
            )
            for key in sorted(touched[account_id], key=lambda key: (key[0], _ZONES.index(key[1])))
        ]
        for account_id in account_ids
    }


def _touched(lines: Sequence[ChargeLineView]) -> dict[_Key, ChargeLineView]:
    """A line of each corrected month and zone: they share their cause, but for what somebody has decided."""
    found: dict[_Key, ChargeLineView] = {}
    for line in lines:
        if line.cause is LineCause.FIRST:
            continue
        known = found.get((line.month, line.zone))
        if known is None or known.cause is LineCause.DECISION:
            found[line.month, line.zone] = line
    return found


def _of(lines: Sequence[ChargeLineView], key: _Key) -> list[ChargeLineView]:
    return [line for line in lines if (line.month, line.zone) == key]


def _row(
    key: _Key,
    why: ChargeLineView,
    was: Sequence[ChargeLineView],
    now: Sequence[ChargeLineView],
    sets: Mapping[int, SetView],
    decided: Mapping[int, tuple[str, date]],
) -> LineRow:
    lines = [*now, *was] or [why]
    kwh = sum((line.kwh for line in now), _ZERO) - sum((line.kwh for line in was), _ZERO)
    kopecks = sum(line.money.kopecks for line in now) - sum(line.money.kopecks for line in was)
    prices = {line.price for line in lines}
    price = min(prices)
    if len(prices) > 1 or not adds_up(kwh=kwh, price=price, kopecks=kopecks):
        price = _ZERO
    tariff = next((line.tariff for line in lines if line.tariff), None)
    # What was decided and is not any more, or is decided now.
    ours = {line.decision for line in now} ^ {line.decision for line in was}
    document, decided_on = next((decided[each] for each in ours if each and each in decided), ("", None))
    found = sets.get(why.cause_set_id or 0)
    value = next((each.value for each in found.values if each.zone == key[1]), None) if found else None
    # In the order of its fields: to be told forty by name takes three times as long.
    return _line_row(
        lines[0].meter_serial, key[1].value, RECALCULATION,
        min([line.since_on for line in lines]), max([line.until_on for line in lines]),
        1, None, None, kwh, price, kopecks,
        *_NOT_READ, *_NOT_READ, _ONE,
        tariff.group_name if tariff else "", *price_source(tariff),
        any(line.tariff.demonstration for line in now if line.tariff),
        key[0].first, _parts(was), _parts(now), why.cause.value, (), "",
        value, found.read_on if found else None,
        (found.channel if found.kind == "customer" else found.kind) if found else "",
        found.receipt_number if found else "",
        document, decided_on,
    )  # fmt: skip


def price_source(tariff: TariffRowView | None) -> tuple[date | None, date | None, str, str]:
    """Where a price comes from: its first and last day, decree and address; a decided sum has none."""
    if tariff is None:
        return None, None, "", ""
    return tariff.valid_from, tariff.valid_to, tariff.decree, tariff.source_url


def _parts(lines: Sequence[ChargeLineView]) -> tuple[LinePart, ...]:
    """Lines of one price and basis as one part; a line of nothing beside others says nothing."""
    found: dict[tuple[Decimal, str], LinePart] = {}
    for line in lines:
        key = (line.price, line.basis.value)
        known = found.get(key)
        kwh, kopecks = (known.kwh, known.kopecks) if known else (_ZERO, 0)
        found[key] = _line_part(kwh + line.kwh, line.price, kopecks + line.money.kopecks, line.basis.value)
    parts = tuple(found.values())
    return tuple([part for part in parts if part.kwh or part.kopecks]) or parts[:1]
