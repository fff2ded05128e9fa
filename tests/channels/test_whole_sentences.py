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

import svet
from svet.kernel.refusals import Refused

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
