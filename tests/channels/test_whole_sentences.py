"""No sentence of any refusal has an empty hole in it, whether or not its details came along.

The rooms, their reasons and their sentences are found, not listed: a new reason is held to this too.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from enum import StrEnum

import pytest
from django.utils.translation import override

import svet
from svet.exchange.rules.refusals import RowReason
from svet.exchange.texts import explain_row
from svet.kernel.refusals import Refused
from svet.kernel.words import explainer_of

#: A hole where a value should stand, and marks of text that no person wrote.
HOLE = re.compile(
    r"%\(|\{\}|\{\w+\}|\(\s*\)|«\s*»|\s[.,;:!?](?:\s|$)|: \.|  |\bза \.|\bNone\b|\b[A-Z]\w+\.[A-Z_]+\b"
)
ROOMS = [found.name for found in pkgutil.iter_modules(svet.__path__) if found.ispkg]


def modules(room: str, *parts: str) -> Iterator[object]:
    """The room's modules below the named parts, without its tests."""
    for part in parts:
        try:
            found = importlib.import_module(f"svet.{room}.{part}")
        except ModuleNotFoundError:
            continue
        yield found
        for below in pkgutil.iter_modules(getattr(found, "__path__", [])):
            yield importlib.import_module(f"{found.__name__}.{below.name}")


def reasons(room: str) -> list[StrEnum]:
    """Every reason of the room that a refusal may carry: the members of its «…Reason» enums."""
    enums = {
        value
        for module in modules(room, "rules", "operations", "queries")
        for name, value in vars(module).items()
        if inspect.isclass(value)
        and issubclass(value, StrEnum)
        and name.endswith("Reason")
        and value.__module__.startswith(f"svet.{room}.")
    }
    return [reason for enum in sorted(enums, key=str) for reason in enum]


def explainers(room: str) -> list[Callable[[Refused], str]]:
    """Every function of the room's texts that explains a refusal."""
    found: list[Callable[[Refused], str]] = []
    for name in ("texts", "sms_texts", "absence_texts"):
        try:
            module = importlib.import_module(f"svet.{room}.{name}")
        except ModuleNotFoundError:
            continue
        found += [getattr(module, word) for word in ("explain", "explain_review") if hasattr(module, word)]
    return found


CASES = [
    pytest.param(
        explain, reason, id=f"{explain.__module__}.{explain.__name__}-{type(reason).__name__}.{reason}"
    )
    for room in ROOMS
    for explain in explainers(room)
    for reason in reasons(room)
]

#: Reasons whose sentence is the room's last one, for everything that has none of its own: it fits them.
LAST = {
    "AbsenceReason.NOTHING",
    "HoldingReason.NOT_STAFF",
    "LimitReason.LIMIT_REACHED",
    "KeyReason.REUSED",
    "PhotoReason.NOT_A_PICTURE",
    "QuickReason.SCALES",
}
#: Enums of reasons whose sentence stands elsewhere, and where.
ELSEWHERE = {
    "CallbackReason": "the bank's server reads a status, no sentence",
    "FilterReason": "svet.cabinet.history.form",
    "HistoryReason": "a 404",
    "HouseReason": "svet.billing.texts.houses.unknown",
    "LeavingReason": "svet.cabinet.profile.data_export",
    "MeterReason": "a 404",
    "PostingReason": "a fault of a caller: svet.ledger.texts has one sentence for them",
    "RegisterReason": "a fault of a caller",
    "RowReason": "svet.exchange.texts.explain_row, held below",
    "SiteReason": "a 404, or a refusal of the command line",
    "WaitReason": "svet.staff.money.words.why_row",
}


class _Unknown(StrEnum):
    """A reason that no room has."""

    REASON = "a_reason_that_no_room_has"


def sentence(explain: Callable[[Refused], str], reason: StrEnum) -> str:
    """What is said of a reason, or a mark when nothing can be said without its details."""
    try:
        return str(explain(Refused(reason)))
    except (KeyError, ValueError, AttributeError, TypeError):
        return f"only with details: {reason}"


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("room", [room for room in ROOMS if reasons(room)])
def test_every_reason_has_a_sentence_of_its_own(room: str, language: str) -> None:
    """What the room lends for a reason is not what is said of everything the room has never heard of."""
    unsaid = []
    with override(language):
        for reason in reasons(room):
            name = type(reason).__name__
            if name in ELSEWHERE or f"{name}.{reason.name}" in LAST:
                continue
            lent = explainer_of(type(reason))
            if lent is None or sentence(lent, reason) == sentence(lent, _Unknown.REASON):
                unsaid.append(f"{name}.{reason.name}")
    assert unsaid == []


def test_a_reason_is_explained_by_its_own_room() -> None:
    for room in ROOMS:
        for reason in reasons(room):
            lent = explainer_of(type(reason))
            assert lent is None or lent.__module__.startswith(f"svet.{room}."), reason


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_reason_of_a_row_has_a_sentence(language: str) -> None:
    with override(language):
        said = [explain_row(reason) for reason in RowReason]
    assert all(said)
    if language == "en":
        assert [text for text in said if re.search("[а-яё]", text)] == []


def test_no_exception_is_made_for_a_reason_that_is_gone() -> None:
    every = [reason for room in ROOMS for reason in reasons(room)]
    assert {type(reason).__name__ for reason in every} >= set(ELSEWHERE)
    assert {f"{type(reason).__name__}.{reason.name}" for reason in every} >= LAST


def test_there_is_something_to_look_at() -> None:
    assert len(CASES) > 150


@pytest.mark.parametrize("field", ["", "account_number"])
@pytest.mark.parametrize(("explain", "reason"), CASES)
def test_a_sentence_without_its_details_has_no_hole(
    explain: Callable[[Refused], str], reason: StrEnum, field: str
) -> None:
    try:
        said = str(explain(Refused(reason, field=field)))
    except (KeyError, ValueError, AttributeError, TypeError):
        # It cannot be said without its details at all: whoever refuses must give them.
        return
    assert said.strip()
    assert not HOLE.search(said), said
