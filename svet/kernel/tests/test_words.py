"""Words that rooms lend: each thing is called by one room, and what nobody calls is shown as it is."""

from __future__ import annotations

from enum import StrEnum

import pytest

from svet.kernel import words
from svet.kernel.refusals import Refused


class _Stray(StrEnum):
    NOTHING = "nothing_of_ours"


@pytest.fixture(autouse=True)
def _nothing_lent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_ACTIONS", {})
    monkeypatch.setattr(words, "_EXPLAIN", {})


def test_an_action_is_called_by_the_room_that_does_it() -> None:
    names = {"bill.drawn": "Счёт нарисован", words.NOT_VISIBLE: "Не ваше"}
    words.name_actions(names)
    words.name_actions(names)
    assert words.action_name("bill.drawn") == "Счёт нарисован"
    assert words.action_name("api.bill_not_found") == "Не ваше"
    assert words.action_name("bill.burnt") == "bill.burnt"
    with pytest.raises(words.NamedTwice):
        words.name_actions({"bill.drawn": "Счёт готов"})


def test_a_reason_is_said_by_the_room_that_gives_it() -> None:
    refused = Refused(_Stray.NOTHING)
    assert words.explain(refused) == "nothing_of_ours"

    def explain(refusal: Refused) -> str:
        return "Ничего такого нет."

    words.explain_with(explain, [_Stray])
    words.explain_with(explain, [_Stray])
    assert words.explain(refused) == "Ничего такого нет."
    with pytest.raises(words.NamedTwice):
        words.explain_with(lambda refusal: "", [_Stray])
