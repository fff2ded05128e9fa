"""Every page of the policy is reached in the town: the short form of ``make shots``, which takes pictures."""

from __future__ import annotations

import pytest

from bench.face.pages import NOT_IN_THE_TOWN, survey
from tests.face.routes import page_rows
from tests.journeys.conftest import Demo

pytestmark = pytest.mark.journey


def test_a_way_leads_to_every_page_or_its_absence_is_explained(demo: Demo) -> None:
    found = survey(base=demo.url)
    assert found.unreached == []
    # Nothing is photographed as somebody who could not come in, and nothing is counted that was not seen.
    assert all(found.states[place.visitor] for place in found.places if place.visitor != "anybody")
    assert len(found.places) >= len(page_rows()) - len(NOT_IN_THE_TOWN)
