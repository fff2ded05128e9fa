"""Days away by the API: Anna may, Boris who only sees may not, Vera hears of nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from svet.api.tests.test_v1 import Cast, cast, code_of  # noqa: F401
from svet.metering.models import Absence

pytestmark = pytest.mark.django_db


def away(*, start: int = 1, days: int = 30, plan: str = "send") -> dict[str, Any]:
    first = timezone.localdate() + timedelta(days=start)
    return {"from_on": str(first), "until_on": str(first + timedelta(days=days)), "plan": plan}


def place(cast: Cast) -> str:  # noqa: F811
    return f"/accounts/{cast.account.public_id}/absence"


def test_an_absence_is_noted_shown_and_ended(cast: Cast) -> None:  # noqa: F811
    assert cast.anna.get(place(cast)).json() == {"absence": None}
    made = cast.anna.post(place(cast), away())
    assert made.status_code == 201, made.content
    assert cast.anna.post(place(cast), away()).json() == made.json()  # the same key
    shown = cast.anna.get(place(cast)).json()["absence"]
    assert shown == made.json()
    assert (shown["plan"], shown["steps"]) == ("send", [])
    assert len(shown["acts_on"]) in (1, 2)
    for _ in range(2):
        assert cast.anna.delete(place(cast)).status_code == 204
    assert Absence.objects.get().ended_at is not None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (away(days=-3), "absence_days_order"),
        (away(start=-9, days=3), "absence_in_the_past"),
        (away(days=300), "absence_too_long"),
        (away(plan="ask"), "absence_nobody_to_ask"),
        (away(plan="guess"), "choice"),
        ({"from_on": "2026-02-31", "until_on": "2026-03-01", "plan": "send"}, "date"),
        ({"plan": "send"}, "required"),
    ],
)
def test_what_cannot_stand_is_refused_in_words(cast: Cast, body: Any, code: str) -> None:  # noqa: F811
    answer = cast.anna.post(place(cast), body)
    assert code_of(answer) == (422, code)
    assert answer.json()["title"]
    assert not Absence.objects.exists()


def test_a_second_absence_waits_for_the_end_of_the_first(cast: Cast) -> None:  # noqa: F811
    assert cast.anna.post(place(cast), away()).status_code == 201
    assert code_of(cast.anna.post(place(cast), away(days=5), key="k2")) == (422, "absence_already")


def test_neither_boris_nor_vera_finds_the_account(cast: Cast) -> None:  # noqa: F811
    for program in (cast.boris, cast.vera):
        assert code_of(program.get(place(cast))) == (404, "not_found")
        assert code_of(program.post(place(cast), away())) == (404, "not_found")
        assert code_of(program.delete(place(cast))) == (404, "not_found")
