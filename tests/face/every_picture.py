"""Draw every page of the policy at three widths in both themes.

``make pictures SINCE=REVISION`` runs this in two trees; by its name it is no test of an ordinary run.
"""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest

from svet.gateways import acquiring
from svet.payments.tests.factories import StubBank
from tests.authorisation.world import build
from tests.face import sheets
from tests.face.pictures import THEMES, WIDTHS, pictures, stand_still
from tests.face.rendering import stage

pytestmark = [pytest.mark.django_db]


def test_draw_every_page(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(os.environ["SVET_PICTURES_INTO"])
    folder.mkdir(parents=True, exist_ok=True)
    stand_still(monkeypatch)
    bank = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    made = list(sheets.sheets(build()))
    assert made
    with stage() as shown:
        for sheet in made:
            for name, picture in pictures(shown, sheet, list(itertools.product(WIDTHS, THEMES))):
                picture.save(folder / name.replace("/", "_"))
