"""Nobody is shut out of any page: axe, targets, focus, a narrow screen, large and twice as large letters.

Each page is opened once for all of it.
``make axe`` asks axe in both themes at both widths; an ordinary run asks once per page, taking turns, and of
contrasts once per kind of text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

import pytest

from svet.gateways import acquiring
from svet.payments.tests.factories import StubBank
from tests.authorisation.policy import POLICY
from tests.authorisation.world import World, build
from tests.face import routes, sheets, states
from tests.face.looking import EVERY_LOOK, look_over
from tests.face.rendering import Sheet, stage

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

WHOLE = os.environ.get("SVET_FACE_MATRIX", "") == "whole"
#: «PremisesView(premises_id=1, …»: a page was given a value where it needed its words.
AS_WRITTEN = re.compile(r"\b[A-Z]\w+\([a-z_]+=|&lt;[\w.]+ object at ")


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    bank = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    return build()


def faults(made: Sequence[Sheet]) -> list[str]:
    """Everything wrong with these pages. All are made before: beside a browser there is no database."""
    wrong: list[str] = []
    known: set[str] | None = None if WHOLE else set()
    with stage() as shown:
        for number, sheet in enumerate(made):
            page = shown.show(sheet)
            looks = EVERY_LOOK if WHOLE else [EVERY_LOOK[number % 4]]
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
