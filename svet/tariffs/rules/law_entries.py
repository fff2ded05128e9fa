"""Rows of law that an installation enters itself: rates, caps and moratoria that came after its version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from svet.kernel.refusals import Refused
from svet.tariffs.rules.law import DatedRule, DatedRules, Law, Moratorium

_DAY = timedelta(days=1)
_CENT = Decimal("0.01")
Value = TypeVar("Value")
MOST_PERCENT: Final = Decimal(100)
LONGEST_ACT: Final = 200
LONGEST_ADDRESS: Final = 300
LONGEST_REGION: Final = 80
#: Nobody knows a key rate further ahead: the Bank's board meets every six or seven weeks.
KNOWN_AHEAD: Final = timedelta(days=100)


class LawEntryKind(StrEnum):
    """What a row says."""

    KEY_RATE = "key_rate"
    PENALTY_CAP = "penalty_cap"
    MORATORIUM = "moratorium"


class LawEntryReason(StrEnum):
    """Why a row is not taken."""

    DATES = "law_dates"
    AHEAD = "law_ahead"
    PERCENT = "law_percent"
    NO_PERCENT = "law_no_percent"
    ACT = "law_act"
    ADDRESS = "law_address"
    REGION = "law_region"
    OVERLAP = "law_overlap"
    NOT_FOUND = "law_entry_not_found"
    WITHDRAWN = "law_entry_withdrawn"
    WHY = "law_why"


class LawEntryRefused(Refused):
    """The row is impossible, or contradicts what is known."""


@dataclass(frozen=True, slots=True)
class NewLawEntry:
    """A row as it is entered; both days are included. ``percent`` is a year's, a moratorium has none.

    ``region`` narrows a moratorium; empty: everywhere.
    """

    kind: LawEntryKind
    valid_from: date
    valid_to: date
    percent: Decimal | None
    act: str
    source_url: str
    region: str = ""


def check_entry(new: NewLawEntry, *, known: Law, today: date) -> None:
    """Whether a row can be entered beside what is known. :raises LawEntryRefused:"""
    if new.valid_to < new.valid_from:
        raise LawEntryRefused(LawEntryReason.DATES, field="valid_to")
    if new.kind is LawEntryKind.KEY_RATE and new.valid_to > today + KNOWN_AHEAD:
        raise LawEntryRefused(LawEntryReason.AHEAD, field="valid_to", details={"last": today + KNOWN_AHEAD})
    if new.kind is LawEntryKind.MORATORIUM:
        if new.percent is not None:
            raise LawEntryRefused(LawEntryReason.NO_PERCENT, field="percent")
    elif new.percent is None or not (
        new.percent.is_finite() and 0 < new.percent <= MOST_PERCENT and new.percent % _CENT == 0
    ):
        raise LawEntryRefused(LawEntryReason.PERCENT, field="percent")
    if not new.act.strip() or len(new.act) > LONGEST_ACT:
        raise LawEntryRefused(LawEntryReason.ACT, field="act", details={"most": LONGEST_ACT})
    if not new.source_url.startswith("https://") or len(new.source_url) > LONGEST_ADDRESS:
        raise LawEntryRefused(LawEntryReason.ADDRESS, field="source_url")
    if len(new.region) > LONGEST_REGION or (new.region and new.kind is not LawEntryKind.MORATORIUM):
        raise LawEntryRefused(LawEntryReason.REGION, field="region")
    _refuse_overlap(new, known)


def _refuse_overlap(new: NewLawEntry, known: Law) -> None:
    rules: Iterable[DatedRule[Decimal] | Moratorium]
    match new.kind:
        case LawEntryKind.KEY_RATE:
            rules = known.key_rates.rules
        case LawEntryKind.PENALTY_CAP:
            rules = known.penalty_caps.rules
        case LawEntryKind.MORATORIUM:
            rules = [each for each in known.moratoria if each.region in ("", new.region)]
    for rule in rules:
        if rule.since <= new.valid_to and (rule.until is None or new.valid_from <= rule.until):
            raise LawEntryRefused(
                LawEntryReason.OVERLAP,
                field="valid_from",
                details={"act": rule.act, "since": rule.since, "until": rule.until},
            )


def with_entries(law: Law, entries: Sequence[NewLawEntry]) -> Law:
    """The law with the rows of an installation: where the program knows a day by now, its own row holds."""
    if not entries:
        return law
    rates, caps, moratoria = ([each for each in entries if each.kind is kind] for kind in LawEntryKind)
    return replace(
        law,
        key_rates=_joined(law.key_rates, rates),
        penalty_caps=_joined(law.penalty_caps, caps),
        moratoria=(
            *law.moratoria,
            *(Moratorium(each.valid_from, each.valid_to, each.act, each.source_url, each.region)
              for each in moratoria),
        ),
    )  # fmt: skip


def _joined(known: DatedRules[Decimal], entries: Iterable[NewLawEntry]) -> DatedRules[Decimal]:
    rules = list(known.rules)
    for entry in entries:
        for since, until in _unknown_days(entry.valid_from, entry.valid_to, known.rules):
            rules.append(DatedRule(since, until, entry.percent or Decimal(0), entry.act, entry.source_url))
    return DatedRules(known.act, rules)


def _unknown_days(since: date, until: date, rules: Sequence[DatedRule[Decimal]]) -> list[tuple[date, date]]:
    """The parts of some days that no rule reaches; ``rules`` in order of time."""
    parts = []
    for rule in rules:
        if rule.until is not None and rule.until < since:
            continue
        if rule.since > until:
            break
        if rule.since > since:
            parts.append((since, rule.since - _DAY))
        if rule.until is None or rule.until >= until:
            return parts
        since = rule.until + _DAY
    parts.append((since, until))
    return parts
