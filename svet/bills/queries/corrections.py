"""Earlier months that a charge corrects, as a bill prints them: one line for a month and zone, netted.

The books take back whole lines and post others; whoever pays sees what the month was, what it is now, and
the difference (ADR 97).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypedDict

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
_ZERO = Decimal(0)
_line_row = quickly(LineRow)
_Key = tuple[Month, Zone]


class TariffColumns(TypedDict):
    """What a line of a bill says of its price."""

    tariff_group: str
    tariff_from: date | None
    tariff_to: date | None
    decree: str
    source_url: str


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
    return _line_row(
        meter_serial=lines[0].meter_serial,
        zone=key[1].value,
        basis=RECALCULATION,
        since_on=min(line.since_on for line in lines),
        until_on=max(line.until_on for line in lines),
        range_no=1,
        range_over_kwh=None,
        range_upper_kwh=None,
        kwh=kwh,
        price=price,
        kopecks=kopecks,
        previous_value=None,
        previous_on=None,
        previous_receipt="",
        previous_source="",
        current_value=None,
        current_on=None,
        current_receipt="",
        current_source="",
        ratio=Decimal(1),
        **tariff_columns(tariff),
        demonstration=any(line.tariff.demonstration for line in now if line.tariff),
        corrects=key[0].first,
        was=_parts(was),
        now=_parts(now),
        cause=why.cause.value,
        cause_value=value,
        cause_on=found.read_on if found else None,
        cause_source=(found.channel if found.kind == "customer" else found.kind) if found else "",
        cause_receipt=found.receipt_number if found else "",
        decision=document,
        decision_on=decided_on,
    )


def tariff_columns(tariff: TariffRowView | None) -> TariffColumns:
    """Where the price of a line comes from; a decided sum has none."""
    if tariff is None:
        return {"tariff_group": "", "tariff_from": None, "tariff_to": None, "decree": "", "source_url": ""}
    return {
        "tariff_group": tariff.group_name,
        "tariff_from": tariff.valid_from,
        "tariff_to": tariff.valid_to,
        "decree": tariff.decree,
        "source_url": tariff.source_url,
    }


def _parts(lines: Sequence[ChargeLineView]) -> tuple[LinePart, ...]:
    """Lines of one price and basis as one part; a line of nothing beside others says nothing."""
    found: dict[tuple[Decimal, str], LinePart] = {}
    for line in lines:
        key = (line.price, line.basis.value)
        known = found.get(key, LinePart(_ZERO, line.price, 0, line.basis.value))
        found[key] = LinePart(
            known.kwh + line.kwh, line.price, known.kopecks + line.money.kopecks, line.basis.value
        )
    parts = tuple(found.values())
    return tuple(part for part in parts if part.kwh or part.kopecks) or parts[:1]
