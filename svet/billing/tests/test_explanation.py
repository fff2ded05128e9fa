"""A charge is told with the facts of its moment, and anybody recomputes it from the file alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from svet.accounts.tests.factories import OFFICE, make_provider
from svet.billing import operations
from svet.billing.queries.explaining import explanation
from svet.billing.rules.explained_lines import ExplanationUnreadable, FileFault, PostedLine
from svet.billing.rules.explanation import Explanation, read, replayed, written
from svet.billing.rules.facts import AccountFacts
from svet.billing.tests.factories import NOW, load_chelyabinsk, make_metered_account, make_norm
from svet.kernel.periods import Month
from svet.metering.operations import take_control_reading
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_reading

pytestmark = pytest.mark.django_db
JUNE, JULY = Month(2026, 6), Month(2026, 7)


@pytest.fixture(autouse=True)
def prices() -> None:
    load_chelyabinsk()
    make_norm(100)


def run(month: Month, *, days: int = 0) -> None:
    operations.run(provider_id=make_provider().pk, period=month, now=NOW + timedelta(days=days))


def charged(days: int = 0) -> int:
    """June by a reading, then a control in July that gives some of it back."""
    account, meter = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    make_reading(meter, 300, read_on=date(2026, 6, 24))
    run(JUNE)
    take_control_reading(
        by=OFFICE,
        meter_id=meter.pk,
        values={Zone.SINGLE: Decimal(280)},
        read_on=date(2026, 7, 24),
        now=NOW + timedelta(days=1),
    )
    run(JULY, days=2)
    return account.pk


def told(account_id: int, month: Month) -> Explanation:
    found = explanation(account_id, month)
    assert found is not None
    return found


def test_a_month_is_told_as_it_was_known_then() -> None:
    account_id = charged()
    june, july = told(account_id, JUNE), told(account_id, JULY)
    assert (june.exact, july.exact) == (True, True)
    assert [len(p.readings) for p in june.facts.points[0].placements] == [2]
    assert [len(p.readings) for p in july.facts.points[0].placements] == [3]
    assert (june.kopecks, july.kopecks) == (300 * 485, -20 * 485)
    assert [each.reverses is None for each in july.posted] == [False, True, True]
    assert [no for no, _ in july.stood] == [july.posted[0].reverses]


def test_a_file_says_everything_and_is_recomputed_without_a_database(
    django_db_blocker: pytest.FixtureRequest,
) -> None:
    account_id = charged()
    texts = [written(told(account_id, month)) for month in (JUNE, JULY)]
    with django_db_blocker.block():  # type: ignore[attr-defined]
        for text in texts:
            assert written(read(text)) == text
            assert replayed(read(text)) == []


def test_nothing_charged_is_nothing_to_tell() -> None:
    account, _ = make_metered_account(installed_on=date(2026, 5, 24), initial=0)
    assert explanation(account.pk, JUNE) is None


def test_every_forged_part_is_found() -> None:
    whole = told(charged(), JULY)
    first, *rest = whole.posted
    last = rest[-1]

    def with_last(**changes: Any) -> Explanation:
        forged = replace(last, line=last.line._replace(**changes))
        return replace(whole, posted=(first, *rest[:-1], forged))

    forged = {
        "price": with_last(price=Decimal("4.86")),
        "kwh": with_last(kwh=last.line.kwh + 1),
        "sum": with_last(kopecks=last.line.kopecks + 1),
        "days": with_last(since=last.line.since - timedelta(days=1)),
        "lost line": replace(whole, posted=whole.posted[:-1]),
        "line twice": replace(whole, posted=(*whole.posted, last)),
        "taken back twice": replace(whole, posted=(first, *whole.posted)),
        "what did not stand": replace(whole, stood=()),
        "not taken back": replace(whole, posted=tuple(rest)),
        "total": replace(whole, kopecks=whole.kopecks + 1),
        "another reading": replace(whole, facts=_with_reading(whole, 281)),
        "taken back in part": replace(
            whole, posted=(PostedLine(first.line._replace(kwh=Decimal(-1)), "", first.reverses), *rest)
        ),
    }
    assert [name for name, each in forged.items() if not replayed(each)] == []
    # A file forged without its hash is not even read.
    body = json.loads(written(whole))
    body["kopecks"] += 1
    with pytest.raises(ExplanationUnreadable) as refused:
        read(json.dumps(body))
    assert refused.value.fault is FileFault.DAMAGED


def _with_reading(whole: Explanation, value: int) -> AccountFacts:
    (point,) = whole.facts.points
    (placement,) = point.placements
    *before, last = placement.readings
    shown = replace(last.values[0], value=Decimal(value))
    readings = (*before, replace(last, values=(shown,)))
    return replace(whole.facts, points=(replace(point, placements=(replace(placement, readings=readings),)),))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": "svet-bill/2"}',
        '{"format": "svet-bill/1"}',
        "[" * 100_000,
        "\ud800",
    ],
)
def test_what_is_no_such_file_is_refused_in_a_word(text: str) -> None:
    with pytest.raises(ExplanationUnreadable):
        read(text)


WRONG: tuple[object, ...] = (None, "x", 5, {}, [[]])


@pytest.mark.parametrize(
    ("part", "value"),
    [
        *((part, value) for part in ("facts", "stood", "posted", "month") for value in WRONG),
        ("facts", {"floor": "2026-13"}),
        ("stood", [{"no": 1}]),
        ("posted", [{"cause": "first", "reverses": "1"}]),
        ("kopecks", "5"),
        ("kopecks", True),
        ("account", 5),
    ],
)
def test_a_damaged_part_is_named_even_with_a_right_hash(part: str, value: object) -> None:
    body = json.loads(written(told(charged(), JUNE)))
    body.pop("hash")
    body[part] = value
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    body["hash"] = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    with pytest.raises(ExplanationUnreadable) as refused:
        read(json.dumps(body))
    assert (refused.value.fault, refused.value.where.partition(":")[0]) == (FileFault.DAMAGED, part)
