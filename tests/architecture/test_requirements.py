"""docs/requirements.yaml has every requirement once, and every word of it stands on what is there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from tests.architecture.test_asvs import names_in
from tests.requirements import (
    BELOW,
    PAGE,
    ROOT,
    Javascript,
    Requirement,
    Seen,
    Verdict,
    numbers,
    read,
    requirements,
    shown,
)

SAID = 15
#: What somebody types into the address bar, as the list of addresses writes it.
ADDRESSES = frozenset(re.findall(r"`(/[^`? ]*|\.\.\.[^`]*)", (ROOT / "docs" / "urls.md").read_text("utf-8")))


def faults_of(row: Requirement) -> list[str]:
    """What a row lacks."""
    found = [f"there is no {test}" for test in row.tests if not is_there(test)]
    found += [f"{page} is no address" for page in row.pages if page not in ADDRESSES]
    if len(row.what) < SAID:
        found.append("is not said")
    if row.verdict is not Verdict.NOT_MET and not row.tests:
        found.append("is held by no test")
    if row.verdict is not Verdict.NOT_MET and not row.pages:
        found.append("is on no page")
    if (row.verdict is Verdict.MET) is bool(row.missing):
        found.append("says what is missing exactly when something is")
    if bool(row.seen) is bool(row.unseen):
        found.append("says either what was seen or why nobody looked")
    if row.seen and (not row.seen.widths or len(row.seen.saw) < SAID):
        found.append("does not say at which widths, or what was seen")
    return [f"{row.id} {fault}" for fault in found]


def is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    return name.startswith("test_") and name in names_in(path)


def test_every_requirement_of_the_three_lists_stands_there_once_and_in_order() -> None:
    assert [row.id for row in requirements()] == list(numbers())
    assert len(list(numbers())) == 33 + 12 + 17


def test_every_row_stands_on_what_is_there() -> None:
    assert [fault for row in requirements() for fault in faults_of(row)] == []


def test_what_the_guide_shows_was_walked_at_both_widths_or_says_why_not() -> None:
    walked = [row for row in requirements() if row.id.startswith("R") and row.seen]
    assert [row.id for row in walked if row.seen and not {360, 1440} <= set(row.seen.widths)] == []


def test_the_page_shows_what_the_list_says() -> None:
    assert PAGE.read_text("utf-8").partition(BELOW)[2] == f"\n{shown(requirements())}"


WALK = Seen(date(2026, 11, 27), (360, 1440), Javascript.OFF, False, "Both tabs and the six benefits.")
GOOD = Requirement(
    "R1",
    "The entrance with two tabs",
    Verdict.MET,
    "",
    ("/entrance/",),
    ("tests/architecture/test_requirements.py::test_every_row_stands_on_what_is_there",),
    WALK,
    "",
)


def test_a_whole_row_has_no_fault() -> None:
    assert faults_of(GOOD) == []


@pytest.mark.parametrize(
    "row",
    [
        replace(GOOD, tests=("tests/architecture/test_requirements.py::test_no_such_thing",)),
        replace(GOOD, tests=()),
        replace(GOOD, pages=("/no-such-page/",)),
        replace(GOOD, pages=()),
        replace(GOOD, missing="the brand is cut"),
        replace(GOOD, verdict=Verdict.IN_PART),
        replace(GOOD, verdict=Verdict.NOT_MET),
        replace(GOOD, seen=None),
        replace(GOOD, unseen="nobody had the time"),
        replace(GOOD, seen=replace(WALK, widths=())),
        replace(GOOD, what=""),
    ],
)
def test_a_row_that_stands_on_nothing_is_found(row: Requirement) -> None:
    assert len(faults_of(row)) == 1


@pytest.mark.parametrize("strange", [{"remark": "x"}, {"seen": {"width": 360}}])
def test_a_word_that_no_row_has_is_refused(strange: dict[str, Sequence[str]]) -> None:
    with pytest.raises(ValueError, match="R1"):
        read({"id": "R1", "what": "x", "verdict": "met"} | strange)
