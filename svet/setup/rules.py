"""The answers of a set-up, what of them is new, and which of them one member may not change alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from svet.kernel.refusals import Refused
from svet.site.rules import AgreementKind

#: How a file says whether the bank lets a shop keep cards.
CARDS, NO_CARDS = "yes", "no"
#: To whom people's money goes: what a payment order and the code on a bill name.
REQUISITES: Final = ("legal_name", "inn", "kpp", "bic", "bank", "account", "correspondent_account")


#: How far ahead a text may be published.
FURTHEST: Final = timedelta(days=366)


class SetupReason(StrEnum):
    """Why a change of the set-up at a desk is refused."""

    CHANGED_MEANWHILE = "setup_changed_meanwhile"
    TEXT_WANTED = "agreement_text_wanted"
    NOTHING_NEW = "setup_nothing_new"
    TEXT_WAITS = "agreement_text_waits"
    DAY_PAST = "agreement_day_past"
    DAY_FAR = "agreement_day_far"
    HOLDS_ALREADY = "agreement_holds_already"
    CODE_TAKEN = "supplier_code_taken"
    WAITS_ALREADY = "supplier_waits_already"
    NO_SUCH_DRAFT = "no_such_supplier_draft"
    DECIDED = "supplier_draft_decided"
    SAME_HAND = "supplier_signed_by_one"
    STANDS_OTHERWISE = "supplier_stands_otherwise"


class SetupRefused(Refused):
    """A change of the set-up cannot be made as asked."""


class AnswerFault(Exception):
    """An answer cannot be taken; the message is a sentence for whoever typed it."""


def mark_of(section: Mapping[str, str]) -> str:
    """A mark of the answers as they were shown: whoever sends it back has seen them, and no others."""
    shown = json.dumps({key: value for key, value in section.items() if value}, sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class SetupState:
    """What stands: the retailer's answers, of suppliers, limits and shops by code, phones of the staff."""

    retailer: Mapping[str, str]
    suppliers: Mapping[str, Mapping[str, str]]
    members: frozenset[str]
    shops: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """A text people agree to, and the local day from which it is to hold; none: from today."""

    title: str
    body: str
    day: date | None = None


def check_day(day: date, *, today: date) -> None:
    """:raises SetupRefused: the day is past, or so far ahead that nobody would know of it any more"""
    if day < today:
        raise SetupRefused(SetupReason.DAY_PAST, field="day")
    if day > today + FURTHEST:
        raise SetupRefused(SetupReason.DAY_FAR, field="day")


@dataclass(frozen=True, slots=True)
class SetupPlan:
    """What is wanted, every answer judged. What is absent stays as it is.

    ``members`` hold a password beside the answers; it is never printed and never kept in a file.
    """

    retailer: Mapping[str, str] = field(default_factory=dict)
    suppliers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    agreements: Mapping[AgreementKind, Text] = field(default_factory=dict)
    members: tuple[Mapping[str, str], ...] = ()
    shops: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that will be another: ``place`` is how the file names it."""

    place: str
    before: str
    after: str


def changes(plan: SetupPlan, state: SetupState) -> Iterator[Change]:
    """What of the plan differs from what stands."""
    yield from _different("retailer", plan.retailer, state.retailer)
    for code, wanted in plan.suppliers.items():
        yield from _different(f"suppliers.{code}", wanted, state.suppliers.get(code, {}))
    for code, wanted in plan.limits.items():
        yield from _different(f"limits.{code}", wanted, state.limits.get(code, {}))
    for code, wanted in plan.shops.items():
        yield from _different(f"shops.{code}", wanted, state.shops.get(code, {}))


def _different(place: str, wanted: Mapping[str, str], standing: Mapping[str, str]) -> Iterator[Change]:
    for key, value in wanted.items():
        if value != standing.get(key, ""):
            yield Change(f"{place}.{key}", standing.get(key, ""), value)
