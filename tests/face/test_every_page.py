"""Nobody is shut out of any page: axe, targets, focus, a narrow screen, letters twice as large.

``make axe`` asks axe in both themes at both widths; an ordinary run asks once per page, taking turns.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

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


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    bank = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    return build()


def faults(found: Iterator[Sheet]) -> list[str]:
    """Everything wrong with these pages. All are made first: beside a browser there is no database."""
    wrong: list[str] = []
    made = list(found)
    with stage() as shown:
        for number, sheet in enumerate(made):
            page = shown.show(sheet)
            looks = EVERY_LOOK if WHOLE else [EVERY_LOOK[number % 4]]
            wrong += look_over(page, sheet.name, looks=looks, frame=number < 4)
            wrong += [f"{sheet.name}: says {line}" for line in shown.said]
    return wrong


def test_every_page_of_the_policy_can_be_used_by_everybody(world: World) -> None:
    wrong = faults(sheets.sheets(world))
    assert not wrong, "\n".join(wrong)


def test_every_state_can_be_used_by_everybody(world: World) -> None:
    wrong = faults(states.sheets(world))
    assert not wrong, "\n".join(wrong)


def test_no_page_is_left_out(world: World) -> None:
    """A new GET route is a page that was looked over, or it is said why it is none."""
    wanted = {row.route for row in routes.page_rows()}
    seen = {sheet.route for sheet in [*sheets.sheets(world), *states.sheets(world, states.ON_THE_WAY)]}
    assert sorted(wanted - seen) == []
    assert set(routes.NO_PAGES) <= {row.route for row in POLICY}
