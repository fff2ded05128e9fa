"""Words that rooms lend to whoever shows them: names of what the journal keeps, sentences of what is refused.

Each room's ``AppConfig`` brings its own when the program starts; faces and «Мои данные» ask here and know no
room by name. What a room lends are lazy translations: their ``str`` is in the language of whoever reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from svet.kernel.refusals import Refused

Explain = Callable[[Refused], str]

_ACTIONS: dict[str, object] = {}
_EXPLAIN: dict[type[StrEnum], Explain] = {}
#: How the journal's reader calls whatever was asked for and is another's: ``…_not_found`` of any face.
NOT_VISIBLE = "not_visible"


class NamedTwice(Exception):
    """Two rooms name one action, or explain the reasons of one enum."""


def name_actions(names: Mapping[str, object]) -> None:
    """Lend the names of a room's journal actions. :raises NamedTwice: another room names one of them"""
    for action, name in names.items():
        if _ACTIONS.setdefault(action, name) is not name:
            raise NamedTwice(action)


def action_names() -> Mapping[str, object]:
    """Every action that has a name."""
    return dict(_ACTIONS)


def action_name(action: str) -> str:
    """What somebody did, in words; the action itself when no room names it (any more)."""
    known = NOT_VISIBLE if action.endswith("_not_found") else action
    return str(_ACTIONS.get(known, action))


def explain_with(explain: Explain, reasons: Iterable[type[StrEnum]]) -> None:
    """Lend the sentences of a room's refusals. :raises NamedTwice: another room explains one of the enums"""
    for reason in reasons:
        if _EXPLAIN.setdefault(reason, explain) is not explain:
            raise NamedTwice(reason.__name__)


def explainer_of(reason: type[StrEnum]) -> Explain | None:
    """Who says the reasons of this enum; None when no room does."""
    return _EXPLAIN.get(reason)


def explain(refused: Refused) -> str:
    """The sentence of a refusal in the active language, or its bare reason when no room says it."""
    said = explainer_of(type(refused.reason))
    return str(refused.reason) if said is None else said(refused)
