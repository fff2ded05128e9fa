"""The main pages look as somebody accepted them: ``make pictures ACCEPT=1`` accepts how they look now."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from svet.gateways import acquiring
from svet.payments.tests.factories import StubBank
from tests.browser import letters_missing
from tests.face.pictures import ACCEPTED, THEMES, WIDTHS, difference, opened, pictures, sheets, stand_still
from tests.face.rendering import Sheet, stage

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

ACCEPT = os.environ.get("SVET_PICTURES", "") == "accept"
WHOLE = ACCEPT or os.environ.get("SVET_PICTURES", "") == "whole"
EVERY_LOOK = [(width, theme) for width in WIDTHS for theme in THEMES]
USUAL = [(360, "light"), (1440, "dark")]
#: Where a page that looks otherwise is put, beside the accepted one.
CHANGED = Path("shots") / "changed"
#: What must be noticed: a change of style, and the page on which it is made.
PLANTED = [
    ("payment", "main button { visibility: hidden }"),
    ("today", "main { padding-top: 12px }"),
    ("readings", "main :is(h1, h2) { font-size: 130% }"),
    ("tariffs", "main table { background: #9cf }"),
    ("accounts", "main a { font-weight: 900; background: #000 }"),
]


@pytest.fixture
def made(db: None, monkeypatch: pytest.MonkeyPatch) -> list[Sheet]:
    """The pages, under a clock that stands still."""
    stand_still(monkeypatch)
    bank = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    return sheets()


def test_the_main_pages_look_as_accepted_and_a_change_of_style_is_noticed(made: list[Sheet]) -> None:
    wrong, unseen = [], []
    with stage() as shown:
        for sheet in made:
            for name, picture in pictures(shown, sheet, EVERY_LOOK if WHOLE else USUAL):
                if ACCEPT:
                    ACCEPTED.mkdir(exist_ok=True)
                    picture.save(ACCEPTED / name, optimize=True)
                path = ACCEPTED / name
                said = difference(picture, opened(path)) if path.exists() else "was never accepted"
                if said:
                    CHANGED.mkdir(parents=True, exist_ok=True)
                    picture.save(CHANGED / name)
                    wrong.append(f"{name} {said}: {CHANGED / name}")
        by_name = {sheet.name: sheet for sheet in made}
        for name, style in PLANTED:
            for file, picture in pictures(shown, by_name[name], USUAL[:1], style=style):
                unseen += [style] if not difference(picture, opened(ACCEPTED / file)) else []
    assert not wrong, "\n".join([*letters_missing(), *wrong])
    known = {f"{sheet.name}-{width}-{theme}.png" for sheet in made for width, theme in EVERY_LOOK}
    assert {path.name for path in ACCEPTED.glob("*.png")} == known
    assert not unseen, f"nobody would have noticed: {unseen}"
