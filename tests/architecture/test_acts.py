"""Every act the journal can keep has words: neither «Мои данные» nor a desk shows a code of ours."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.utils import translation

from svet.accounts.models import InvitationState
from svet.billing.rules.months import MonthTaskKind
from svet.kernel.words import action_name, action_names
from svet.metering.rules.disputes import DisputeState
from svet.office.rules import OfficeState
from svet.people.events import FACTOR_CHANGES
from svet.support.rules import AppealState

ROOT = Path(__file__).resolve().parent.parent.parent
#: Functions that take the act as a positional argument.
_NOTERS = {"_note", "_record", "note_stranger", "_note_stranger", "record", "record_security"}
_ACT = re.compile(r"[a-z_]+(\.[a-z_]+)+|not_visible")
#: What may stand behind a beginning that code puts together.
ENDINGS = {
    "household.": {state.value for state in InvitationState} - {"waiting", "expired"},
    "office.": {state.value for state in OfficeState} - {"open"},
    "dispute.": {state.value for state in DisputeState},
    "appeal.": {state.value for state in AppealState},
    "month.asked_": {kind.value for kind in MonthTaskKind},
    "second_factor.": FACTOR_CHANGES,
    "fiscal.receipt.": {"made", "again", "done", "failed", "closed"},
}


def texts_of(node: ast.expr) -> Iterator[str]:
    """The texts an argument may be: a constant, either branch, or a beginning with every ending it has."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from texts_of(node.body)
        yield from texts_of(node.orelse)
    elif isinstance(node, ast.JoinedStr):
        beginning = node.values[0]
        assert isinstance(beginning, ast.Constant)
        assert beginning.value in ENDINGS, f"say in ENDINGS what may stand behind {beginning.value!r}"
        yield from (f"{beginning.value}{ending}" for ending in ENDINGS[beginning.value])


def acts_of(text: str) -> Iterator[str]:
    """Every act that a file may write into the journal."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [keyword.value for keyword in node.keywords if keyword.arg == "action"]
        if name in _NOTERS:
            given.extend(node.args)
        for each in given:
            if isinstance(each, ast.JoinedStr) and not isinstance(each.values[0], ast.Constant):
                continue
            yield from filter(_ACT.fullmatch, texts_of(each))


@cache
def acts() -> frozenset[str]:
    """All acts of the product; the sandbox and tests keep journals of their own."""
    return frozenset(
        act
        for path in (ROOT / "svet").rglob("*.py")
        if not {"tests", "migrations", "sandbox"} & set(path.parts)
        for act in acts_of(path.read_text("utf-8"))
    )


def test_the_acts_are_found_in_the_code() -> None:
    found = acts()
    assert {"payments.card.unbind", "household.invited", "linking.paused", "office.refused"} <= found
    assert len(found) > 80


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_act_has_words_in_both_languages(language: str) -> None:
    with translation.override(language):
        bare = sorted(act for act in acts() if action_name(act) == act)
        names = {act: str(name) for act, name in action_names().items()}
        russian = sorted(act for act, name in names.items() if re.search("[а-яё]", name, re.IGNORECASE))
    assert bare == [], f"say in ACTIONS of the room's events what these are called: {bare}"
    assert (russian == []) is (language == "en")


def test_an_act_without_words_would_be_found() -> None:
    planted = 'journal.record(by=by, action="something.new" if x else "something.old", now=now)'
    assert set(acts_of(planted)) == {"something.new", "something.old"}
    assert action_name("something.new") == "something.new"
