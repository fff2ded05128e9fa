"""What may be asked of the feed, and where a page of it ends."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from svet.history.rules import (
    FeedPlace,
    FilterReason,
    FilterRefused,
    HistoryFilters,
    Operation,
    default_since,
    parse_place,
    window_start,
)
from svet.kernel.money import Money

SPAN: dict[str, Any] = {"since": date(2026, 9, 1), "until": date(2026, 11, 22)}


@pytest.mark.parametrize(
    ("asked", "reason", "field"),
    [
        ({"since": date(1999, 12, 31)}, FilterReason.DAY, "since"),
        ({"until": date(2199, 1, 1)}, FilterReason.DAY, "until"),
        ({"until": date(2026, 8, 31)}, FilterReason.ORDER, "until"),
        ({"since": date(2020, 11, 16)}, FilterReason.TOO_LONG, "since"),
        ({"sum_from": Money(2), "sum_to": Money(1)}, FilterReason.SUMS, "sum_to"),
    ],
)
def test_a_filter_that_contradicts_itself_is_refused_at_its_field(
    asked: dict[str, Any], reason: FilterReason, field: str
) -> None:
    with pytest.raises(FilterRefused) as refused:
        HistoryFilters(**(SPAN | asked))
    assert (refused.value.reason, refused.value.field) == (reason, field)


@pytest.mark.parametrize(
    "asked",
    [
        {"since": date(2026, 11, 22)},
        {"since": date(2000, 1, 1), "until": date(2000, 1, 1)},
        {"until": date(2198, 12, 31), "since": date(2198, 12, 31)},
        {"since": date(2020, 11, 17)},
        {"sum_from": Money(1), "sum_to": Money(1)},
    ],
)
def test_the_last_that_is_allowed_is_allowed(asked: dict[str, Any]) -> None:
    filters = HistoryFilters(**(SPAN | asked))
    assert filters.end > filters.until >= filters.since


@pytest.mark.parametrize(
    ("kopecks", "fits"), [(99, False), (100, True), (-100, True), (200, True), (-201, False), (None, False)]
)
def test_sums_are_inclusive_and_without_their_sign(kopecks: int | None, fits: bool) -> None:
    filters = HistoryFilters(**SPAN, sum_from=Money(100), sum_to=Money(200))
    assert filters.fits(None if kopecks is None else Money(kopecks)) is fits


def test_without_a_sum_everything_fits_and_without_an_operation_everything_is_wanted() -> None:
    filters = HistoryFilters(**SPAN)
    assert filters.fits(None)
    assert all(filters.wants(operation) for operation in Operation)
    only = HistoryFilters(**SPAN, operation=Operation.BILLS)
    assert [operation for operation in Operation if only.wants(operation)] == [Operation.BILLS]


@pytest.mark.parametrize(
    ("today", "since"),
    [
        (date(2026, 11, 22), date(2026, 8, 22)),
        (date(2026, 5, 31), date(2026, 2, 28)),
        (date(2024, 5, 31), date(2024, 2, 29)),
        (date(2026, 1, 1), date(2025, 10, 1)),
    ],
)
def test_three_months_back_is_a_day_that_exists(today: date, since: date) -> None:
    assert default_since(today) == since


def test_a_place_is_read_back_and_newer_is_greater() -> None:
    places = [
        FeedPlace(date(2026, 11, 22), 2, "ab"),
        FeedPlace(date(2026, 11, 21), 9, "zz"),
        FeedPlace(date(2026, 11, 22), 1, "zz"),
        FeedPlace(date(2026, 11, 22), 2, "aa"),
    ]
    assert sorted(places) == [*places[1:], places[0]]
    assert [parse_place(str(place)) for place in places] == places


@pytest.mark.parametrize(
    "text",
    [
        "", "x", "20261122", "20261122-1", "20261122-1-", "20261122-1-АБ", "20261122-1-AB", "20261322-1-a",
        "00000101-1-a", "99991231-1-a", "20261122--1-a", "20261122-1-a\n", "20261122-\u0661-a",
        "20261122-1-" + "a" * 25, "20261122-" + "1" * 19 + "-a",
    ],
)  # fmt: skip
def test_what_is_no_place_means_the_beginning(text: str) -> None:
    assert parse_place(text) is None


@pytest.mark.parametrize(
    ("end", "accounts", "start"),
    [
        (date(2026, 12, 1), 1, date(2025, 12, 1)),
        (date(2026, 11, 2), 3, date(2025, 12, 1)),
        (date(2026, 12, 1), 4, date(2026, 9, 1)),
        (date(2026, 11, 1), 50, date(2026, 8, 1)),
    ],
)
def test_a_page_reads_whole_months_and_fewer_of_many_accounts(end: date, accounts: int, start: date) -> None:
    assert window_start(end=end, since=date(2000, 1, 1), accounts=accounts) == start
    assert window_start(end=end, since=date(2026, 10, 17), accounts=accounts) == date(2026, 10, 17)
