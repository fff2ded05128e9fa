"""The terms of an account: what of its contract decides prices and norms, each from a day on. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple

from svet.kernel.refusals import Refused

LONGEST_GROUP: Final = 40
MOST_RESIDENTS: Final = 9_999
MOST_ROOMS: Final = 99
#: How far ahead a change may be entered: what lies further is a slip of the year.
MOST_AHEAD: Final = 366
_WHOLE = re.compile(r"[0-9]{1,4}", re.ASCII)
_AREA = re.compile(r"[0-9]{1,5}([.,][0-9]{1,2})?", re.ASCII)
#: What «nobody knows» is written as.
_UNKNOWN = frozenset({"", "?"})
_YES, _NO = frozenset({"yes", "да", "1"}), frozenset({"no", "нет", "0"})


class Stove(StrEnum):
    """What a household cooks on."""

    GAS = "gas"
    ELECTRIC = "electric"


class TermsSource(StrEnum):
    """Where a row of terms comes from."""

    REGISTER = "register"
    OFFICE = "office"


class TermsField(StrEnum):
    """What may be changed, by the names of the columns."""

    GROUP = "tariff_group"
    RESIDENTS = "residents"
    AREA = "area"
    ROOMS = "rooms"
    STOVE = "stove"
    HEATING = "electric_heating"


class TermsReason(StrEnum):
    """Why terms cannot be entered so."""

    NOTHING = "terms_unchanged"
    FIELD = "unknown_term"
    GROUP = "terms_group"
    NUMBER = "terms_number"
    STOVE = "terms_stove"
    YES_NO = "terms_yes_or_no"
    BEFORE_OPENED = "terms_before_the_contract"
    AFTER_CLOSED = "terms_after_the_contract"
    TOO_FAR = "terms_too_far_ahead"


class TermsRefused(Refused):
    """The terms cannot be entered so."""


@dataclass(frozen=True, slots=True)
class TermsValues:
    """What holds for an account; None: nobody knows. ``residents`` are the persons registered there."""

    tariff_group: str = ""
    residents: int | None = None
    area: Decimal | None = None
    rooms: int | None = None
    stove: Stove | None = None
    electric_heating: bool | None = None


@dataclass(frozen=True, slots=True)
class DatedTerms:
    """Terms that hold from ``since`` until the next ones begin; ``until`` None: they hold still."""

    terms_id: int
    since: date
    until: date | None
    values: TermsValues


class TermsStep(NamedTuple):
    """A row to be written; ``replaces``: the row that it corrects."""

    since: date
    values: TermsValues
    replaces: int | None


def read_terms(raw: Mapping[str, str]) -> dict[TermsField, Any]:
    """Changes as people write them; an empty value or «?» is «nobody knows».

    :raises TermsRefused: no such term, or not a value of it
    """
    return {_field(name): _value(_field(name), " ".join(text.split())) for name, text in raw.items()}


def _field(name: str) -> TermsField:
    try:
        return TermsField(name)
    except ValueError:
        known = ", ".join(each.value for each in TermsField)
        raise TermsRefused(TermsReason.FIELD, details={"name": name, "known": known}) from None


def _value(field: TermsField, text: str) -> Any:
    if field is TermsField.GROUP:
        if not text or len(text) > LONGEST_GROUP:
            raise TermsRefused(TermsReason.GROUP, field=field.value)
        return text
    if text in _UNKNOWN:
        return None
    if field is TermsField.STOVE:
        return _stove(text)
    if field is TermsField.HEATING:
        if text.lower() not in _YES | _NO:
            raise TermsRefused(TermsReason.YES_NO, field=field.value)
        return text.lower() in _YES
    return _area(text) if field is TermsField.AREA else _whole(field, text)


def _stove(text: str) -> Stove:
    try:
        return Stove(text.lower())
    except ValueError:
        raise TermsRefused(TermsReason.STOVE, field=TermsField.STOVE.value) from None


def _area(text: str) -> Decimal:
    area = Decimal(text.replace(",", ".")) if _AREA.fullmatch(text) else Decimal(0)
    if not area:
        raise TermsRefused(TermsReason.NUMBER, field=TermsField.AREA.value)
    return area


def _whole(field: TermsField, text: str) -> int:
    least, most = (1, MOST_ROOMS) if field is TermsField.ROOMS else (0, MOST_RESIDENTS)
    number = int(text) if _WHOLE.fullmatch(text) else -1
    if not least <= number <= most:
        raise TermsRefused(TermsReason.NUMBER, field=field.value)
    return number


def terms_at(history: Sequence[DatedTerms], day: date) -> DatedTerms:
    """What held on a day; before the first row that row."""
    return next((each for each in reversed(history) if each.since <= day), history[0])


def changed(
    history: Sequence[DatedTerms], *, since: date, changes: Mapping[TermsField, Any]
) -> list[TermsStep]:
    """The rows that say: from ``since`` on these values hold, until a later row says something else.

    A later row repeats what it did not change, and such a repetition gives way too: who enters in autumn
    that somebody was born in spring does not undo the change of group of summer, nor does it undo the birth.
    An empty list: it is known already.
    """
    at = terms_at(history, since)
    before = at.values
    open_ = {field: value for field, value in changes.items() if getattr(before, field) != value}
    if not open_:
        return []
    steps = [TermsStep(since, _with(before, open_), at.terms_id if at.since == since else None)]
    for row in history:
        if row.since <= since:
            continue
        open_ = {
            field: value
            for field, value in open_.items()
            if getattr(row.values, field) == getattr(before, field)
        }
        if not open_:
            break
        steps.append(TermsStep(row.since, _with(row.values, open_), row.terms_id))
    return steps


def _with(values: TermsValues, changes: Mapping[TermsField, Any]) -> TermsValues:
    return replace(values, **{field.value: value for field, value in changes.items()})
