"""No bill of the town contradicts itself: its words, by an independent naive count over the charged lines."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

from django.utils import translation

from svet.billing.models import ChargeLine
from svet.bills import queries, texts
from svet.bills.models import Bill
from svet.bills.queries import BillView
from svet.bills.rules import LineRow
from svet.kernel.periods import Month

_SPACES = str.maketrans({"\xa0": "", "\u202f": "", " ": ""})


def standing(charged: Sequence[ChargeLine], month: Month, at: Month) -> list[ChargeLine]:
    """What of an account's lines stood for a month when another one was charged."""
    lines = [line for line in charged if line.month == month.first and line.period <= at.first]
    taken = {line.reverses_id for line in lines}
    return [line for line in lines if line.reverses_id is None and line.pk not in taken]


def naive(charged: Sequence[ChargeLine], month: Month, at: Month) -> tuple[Decimal, int, bool] | None:
    """The flat's own kWh and whether all of it was read, and kopecks of all, of a month as it stood when
    another one was charged."""
    lines = standing(charged, month, at)
    own = [line for line in lines if line.house_share_id is None]
    if not own:
        return None
    read = all(line.basis == "reading" for line in own)
    return sum((line.kwh for line in own), Decimal(0)), sum(line.kopecks for line in lines), read


def days(charged: Sequence[ChargeLine], month: Month, at: Month) -> int:
    """How many days the lines of a month are for."""
    own = [line for line in standing(charged, month, at) if line.house_share_id is None]
    spans = [(line.since_on, line.until_on) for line in own]
    return (max(until for _since, until in spans) - min(since for since, _until in spans)).days


def amounts(text: str) -> Iterator[tuple[str, Decimal]]:
    """«на 38 больше» and «на 120,50 ₽ меньше» with their direction."""
    for found in re.finditer(r"на ([\d\s\xa0]+(?:,\d+)?)(?:[\s\xa0]₽)? (больше|меньше)", text):
        yield found.group(2), Decimal(found.group(1).translate(_SPACES).replace(",", "."))


def check_all_bills() -> tuple[int, int]:
    """Look at every bill there is; how many compare their month with another, how many are estimated."""
    charged: dict[int, list[ChargeLine]] = defaultdict(list)
    for line in ChargeLine.objects.all():
        charged[line.account_id].append(line)
    compared = estimated = 0
    with translation.override("ru"):
        for key in Bill.objects.order_by("pk").values_list("pk", flat=True):
            view = queries.bill_by_id(key, masked=False)
            compared += _check_sentences(view, charged[view.summary.account_id])
            estimated += _check_lines(view)
            _check_sums(view)
    return compared, estimated


def _check_sentences(view: BillView, charged: Sequence[ChargeLine]) -> bool:
    month = view.summary.month
    said, money = texts.volume_sentence(view.comparison), texts.money_sentence(view.comparison)
    own, before = naive(charged, month, month), naive(charged, month.plus(-1), month)
    assert own is not None
    assert "\u2212" not in said, said
    assert "-" not in said, said
    comparable = before is not None and own[2] and before[2]
    if not comparable:
        assert "чем" not in said + money, (view.summary.number, said, money)
        return False
    assert before is not None
    daily = " в день" in said
    for direction, value in amounts(said):
        difference = own[0] - before[0]
        if daily:
            tenth = Decimal("0.1")
            own_day = (own[0] / days(charged, month, month)).quantize(tenth)
            difference = own_day - (before[0] / days(charged, month.plus(-1), month)).quantize(tenth)
        assert difference == (value if direction == "больше" else -value), (view.summary.number, said)
    for direction, value in amounts(money):
        difference = Decimal(own[1] - before[1]) / 100
        assert difference == (value if direction == "больше" else -value), (view.summary.number, money)
        assert view.document.sums.charged == own[1]
    return "чем" in said or "столько же" in said


def _check_lines(view: BillView) -> bool:
    document = view.document
    together: dict[tuple[object, ...], list[LineRow]] = {}
    for line in document.lines:
        if line.corrects is not None:
            _check_correction(line)
            continue
        product = (line.kwh * line.price * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        assert product == line.kopecks, (view.summary.number, texts.line_formula(line))
        shape: tuple[object, ...] = (
            line.meter_serial,
            line.zone,
            line.range_no,
            line.basis,
            line.price,
        )
        together.setdefault(shape, []).append(line)
        formula = texts.volume_formula(line)
        if line.basis == "reading" and formula and "=" not in formula:
            assert line.previous_value is not None
            assert line.current_value is not None
            assert (line.current_value - line.previous_value) * line.ratio == line.kwh
        if line.basis != "reading":
            assert texts.foundation(line), (view.summary.number, line.basis)
    for shared, parts in together.items():
        # Each month has its own limits of ranges: a volume beyond one month's limit stays in two lines.
        upper = parts[0].range_upper_kwh
        over = upper is None or sum(part.kwh for part in parts) > upper - (parts[0].range_over_kwh or 0)
        assert len(parts) == 1 or over, (view.summary.number, shared, "parts of equal price stand apart")
    return any(line.basis != "reading" for line in document.lines)


def _check_correction(line: LineRow) -> None:
    """What the month was and is, each part a true product, and the line their difference."""
    for parts in (line.was, line.now):
        for part in parts:
            product = (part.kwh * part.price * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
            assert abs(product - part.kopecks) <= 1
    assert line.kwh == sum(p.kwh for p in line.now) - sum(p.kwh for p in line.was)
    assert line.kopecks == sum(p.kopecks for p in line.now) - sum(p.kopecks for p in line.was)
    assert texts.foundation(line)
    assert texts.line_formula(line)


def _check_sums(view: BillView) -> None:
    rows = [row for row in texts.sum_rows(view.document) if not row.part]
    assert sum(row.kopecks for row in rows[:-1]) == rows[-1].kopecks == view.summary.closing.kopecks
    prices = {line.price for line in view.document.lines if line.corrects is None}
    if texts.tariff_sentence(view.comparison) == "тариф не менялся":
        zones = {(line.zone, line.range_no) for line in view.document.lines if line.corrects is None}
        assert len(prices) <= len(zones)
