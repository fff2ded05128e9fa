"""Nobody is shut out of any page: axe, targets, focus, a narrow screen, large and twice as large letters.

Each page is opened once for all of it.
``make axe`` asks axe in both themes at both widths; an ordinary run asks once per page, taking turns, and of
contrasts once per kind of text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import pytest

from svet.gateways import acquiring
from svet.payments.tests.factories import StubBank
from tests.authorisation.policy import POLICY
from tests.authorisation.world import World, build
from tests.face import routes, sheets, states, states_of_paying, states_of_terms
from tests.face.looking import EVERY_LOOK, look_over
from tests.face.rendering import Sheet, stage

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

PAYING = (*states_of_paying.STATES, *states_of_terms.STATES)
PAY_PAGE = Path(__file__).parents[2] / "docs" / "pay-page.md"
WHOLE = os.environ.get("SVET_FACE_MATRIX", "") == "whole"
#: «PremisesView(premises_id=1, …»: a page was given a value where it needed its words.
AS_WRITTEN = re.compile(r"\b[A-Z]\w+\([a-z_]+=|&lt;[\w.]+ object at ")
_PART = re.compile(r"<[a-z0-9-]+|(?:class|role|type|aria-[a-z]+|id|for|name)=\"[^\"]*\"")


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture
def world(db: None, bank: StubBank) -> World:
    return build()


def words_of(html: str) -> str:
    """What is read on a page, one space between words."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def shape_of(html: str) -> str:
    """The parts of a page with their kinds and roles, without words, sums and the ids of things."""
    main = html.partition("<main")[2]
    return " ".join(_PART.findall(re.sub(r"[0-9a-z]{16}", "", main)))


def faults(made: Sequence[Sheet], *, alike: set[str] | None = None) -> list[str]:
    """Everything wrong with these pages. All are made before: beside a browser there is no database.

    ``alike`` keeps the shapes of pages that axe was asked about, where many differ in their words alone: of
    those the first is asked about.
    """
    wrong: list[str] = []
    known: set[str] | None = None if WHOLE else set()
    with stage() as shown:
        for number, sheet in enumerate(made):
            page = shown.show(sheet)
            looks = EVERY_LOOK if WHOLE else [EVERY_LOOK[number // 8 % 4]]
            if alike is not None and not WHOLE:
                looks = [] if (shape := shape_of(sheet.html)) in alike else looks
                alike.add(shape)
            wrong += look_over(page, sheet.name, looks=looks, frame=number < 4, known=known)
            wrong += [f"{sheet.name}: says {line}" for line in shown.said]
            wrong += [
                f"{sheet.name}: a value as Python writes it: {one}" for one in AS_WRITTEN.findall(sheet.html)
            ]
    return wrong


def test_every_page_of_the_policy_can_be_used_by_everybody(world: World) -> None:
    """A new GET route is a page that is looked over here or in the states, or it is said why it is none."""
    made = list(sheets.sheets(world))
    seen = {sheet.route for sheet in [*made, *states.sheets(world, states.ON_THE_WAY)]}
    assert sorted({row.route for row in routes.page_rows()} - seen) == []
    assert set(routes.NO_PAGES) <= {row.route for row in POLICY}
    wrong = faults(made)
    assert not wrong, "\n".join(wrong)


def test_every_state_can_be_used_by_everybody(world: World) -> None:
    wrong = faults(list(states.sheets(world)))
    assert not wrong, "\n".join(wrong)


def test_every_state_of_paying_can_be_used_by_everybody(db: None, bank: StubBank) -> None:
    """And docs/pay-page.md tells of each, and of no other; what it quotes is on the page."""
    made = list(states.sheets(bank, PAYING))
    rows = re.findall(r"^\| (?!State |-)([^|]+) \| (.+) \|$", PAY_PAGE.read_text("utf-8"), re.MULTILINE)
    names = [sheet.name.removeprefix(f"{sheet.path} ") for sheet in made]
    assert sorted(name for name, _ in rows) == sorted(names)
    quoted = {name: re.findall(r"[^«»…]+(?=[^«]*»)", rest) for name, rest in rows}
    pages = {name: words_of(sheet.html) for name, sheet in zip(names, made, strict=True)}
    unsaid = [(name, each) for name in names for each in quoted[name] if each.strip(" ,") not in pages[name]]
    assert unsaid == []
    wrong = faults(made, alike=set())
    assert not wrong, "\n".join(wrong)
