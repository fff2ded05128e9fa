"""Bills written once are computed to the same kopeck by the rules they name, and those rules are pinned."""

from __future__ import annotations

import gzip
import json

import pytest

from svet.billing.rules.explanation import Explanation, read, replayed
from svet.billing.rules.rulesets import RULESET, RULESETS
from svet.billing.tests.golden import BILLS, PINS
from svet.billing.tests.golden.sources import fingerprint, modules
from svet.tariffs.operations import shipped_files


@pytest.fixture(scope="module")
def bills() -> list[Explanation]:
    return [read(line) for line in gzip.decompress(BILLS.read_bytes()).decode().splitlines()]


def test_every_golden_bill_is_computed_to_the_same_kopeck(bills: list[Explanation]) -> None:
    assert len(bills) >= 300
    wrong = [f"{each.account} {each.month}: {line}" for each in bills for line in replayed(each)]
    assert not wrong, "\n".join(wrong[:20])


def test_golden_bills_are_of_every_shipped_file_and_year_and_of_foul_weather(
    bills: list[Explanation],
) -> None:
    names = {each.account.split(" ")[0] for each in bills}
    assert {file.stem for file in shipped_files()} <= names
    assert len({name for name in names if name.startswith("test_")}) >= 30
    assert {each.month.year for each in bills} >= {2022, 2023, 2024, 2025, 2026}
    lines = [posted for each in bills for posted in each.posted]
    assert {line.line.basis.value for line in lines} >= {
        "reading",
        "average",
        "norm",
        "adjustment",
        "override",
    }
    assert {line.line.range_no for line in lines} >= {1, 2, 3}
    assert {line.line.scheme for line in lines} == {1, 2, 3}
    assert any(line.reverses is not None for line in lines)
    assert RULESET in {each.ruleset for each in bills} <= set(RULESETS)


def test_the_sources_of_every_rule_set_are_pinned() -> None:
    """Another hash: either nothing of what is computed is meant to change, or it is another rule set."""
    pinned = json.loads(PINS.read_text("utf-8"))
    found = {str(no): fingerprint(no) for no in RULESETS}
    assert found == pinned, "a rule has changed: see «A changed rule» in CONTRIBUTING.md"


def test_a_rule_set_reaches_every_rule_that_makes_a_line() -> None:
    reached = set(modules(RULESET))
    for name in (
        "timeline",
        "attribution",
        "estimates",
        "pot",
        "splitting",
        "pricing",
        "norm_needs",
        "facts",
    ):
        assert f"svet.billing.rules.{name}" in reached
    assert not [name for name in reached if ".rules" not in name and not name.startswith("svet.kernel.")]
