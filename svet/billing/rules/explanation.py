"""A charge with all it was computed from, as a file; and its recomputation, which needs nothing but that.

The file is JSON, one object, format ``svet-bill/1``: canonical text (sorted keys, decimals as strings, days
as ISO 8601). Quantities are kWh, prices roubles for a kWh, sums kopecks. ``ruleset`` is the number of the
rules by which it was charged, ``facts`` are what was known of the account when it was charged, ``stood`` the
lines that stood before, ``posted`` what the charge did: lines taken back (``reverses`` names a line of
``stood``) and lines charged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import InvalidOperation
from enum import StrEnum
from typing import Any, NamedTuple

from svet.billing.rules.difference import Difference, difference, reversal
from svet.billing.rules.due import due
from svet.billing.rules.explained_lines import (
    ExplanationUnreadable,
    FileFault,
    PostedLine,
    line_of,
    line_text,
    list_in,
    posted_line,
    whole_in,
)
from svet.billing.rules.facts import AccountFacts, canonical, restored
from svet.billing.rules.kinds import Basis, BillingProblem
from svet.billing.rules.lines import Line
from svet.billing.rules.pricing import amount
from svet.billing.rules.rulesets import RULESET, RULESETS
from svet.kernel.periods import Month

FORMAT = "svet-bill/1"
#: A file of one account; nobody's history is longer, and a stranger's file must not fill the memory.
LONGEST = 20_000_000


@dataclass(frozen=True, slots=True)
class Explanation:
    """One charge: of an account, posted in ``month``.

    ``exact``: the facts are those of that moment, to the letter; else something has been changed since in a
    way that cannot be taken back, and they are the nearest that can be told. ``ruleset``: the rules by which
    it was charged.
    """

    provider: str
    account: str
    month: Month
    known_at: str
    exact: bool
    facts: AccountFacts
    stood: tuple[tuple[int, Line], ...]
    posted: tuple[PostedLine, ...]
    kopecks: int
    ruleset: int = RULESET


def without_serials(explanation: Explanation) -> Explanation:
    """The same for somebody who may not know the meters' numbers: nothing is computed from them."""
    facts = explanation.facts
    points = tuple(
        replace(point, placements=tuple(replace(each, serial="") for each in point.placements))
        for point in facts.points
    )
    return replace(explanation, facts=replace(facts, points=points))


class ReplayKind(StrEnum):
    """In what a charge and its recomputation differ."""

    NO_PRODUCT = "no_product"
    TOTAL = "total"
    NO_CHARGE = "no_charge"
    NOT_STANDING = "not_standing"
    OTHERWISE = "otherwise"
    NOT_TAKEN_BACK = "not_taken_back"
    TAKEN_BACK = "taken_back"
    NOT_CHARGED = "not_charged"
    CHARGED = "charged"


class ReplayFault(NamedTuple):
    """One difference: of a line or, without one, of the whole; ``number`` is the line of ``stood`` it is of.

    ``reason`` says why nothing can be charged, ``lines`` and ``charge`` are the kopecks of both.
    """

    kind: ReplayKind
    line: Line | None = None
    number: int = 0
    reason: str = ""
    lines: int = 0
    charge: int = 0


def replayed(explanation: Explanation) -> list[ReplayFault]:
    """Recompute the charge from its facts; every difference, none when it is right.

    Looked at are: each line's kWh × price = kopecks, half up; the lines against the rules; the sum.
    """
    wrong = [
        ReplayFault(ReplayKind.NO_PRODUCT, each.line)
        for each in explanation.posted
        if each.line.basis is not Basis.ADJUSTMENT
        and amount(each.line.kwh, each.line.price) != each.line.kopecks
    ]
    wrong += _wrong_reversals(explanation)
    total = sum(each.line.kopecks for each in explanation.posted)
    if total != explanation.kopecks:
        wrong.append(ReplayFault(ReplayKind.TOTAL, lines=total, charge=explanation.kopecks))
    try:
        lines = RULESETS[explanation.ruleset](explanation.facts, horizon=explanation.month)
        found = due(explanation.facts, explanation.stood, horizon=explanation.month, lines=lines)
    except BillingProblem as problem:
        return [*wrong, ReplayFault(ReplayKind.NO_CHARGE, reason=str(problem.reason))]
    return wrong + _unlike(explanation, found)


def _wrong_reversals(explanation: Explanation) -> Iterator[ReplayFault]:
    """Lines that take back what does not stand, or otherwise than it stands, or a second time."""
    stood, taken = dict(explanation.stood), set()
    for each in explanation.posted:
        if each.reverses is None:
            continue
        before = stood.get(each.reverses)
        if before is None or each.reverses in taken:
            yield ReplayFault(ReplayKind.NOT_STANDING, each.line, each.reverses)
        elif reversal(before).content != each.line.content:
            yield ReplayFault(ReplayKind.OTHERWISE, each.line, each.reverses)
        taken.add(each.reverses)


def _unlike(explanation: Explanation, wanted: Difference[int]) -> list[ReplayFault]:
    """What the charge did against what it should have done."""
    stood, reverse = dict(explanation.stood), dict(wanted.reverse)
    taken = {each.reverses for each in explanation.posted if each.reverses is not None}
    charged = [(no, each.line) for no, each in enumerate(explanation.posted) if each.reverses is None]
    rest = difference(wanted.post, charged)
    return [
        *(ReplayFault(ReplayKind.NOT_TAKEN_BACK, reverse[no], no) for no in sorted(reverse.keys() - taken)),
        *(
            ReplayFault(ReplayKind.TAKEN_BACK, stood[no], no)
            for no in sorted(taken - reverse.keys())
            if no in stood
        ),
        *(ReplayFault(ReplayKind.NOT_CHARGED, line) for line in rest.post),
        *(ReplayFault(ReplayKind.CHARGED, line) for _, line in rest.reverse),
    ]


def written(explanation: Explanation) -> str:
    """The file's text; equal explanations give equal texts. ``hash`` is SHA-256 of the text without it."""
    body = {
        "format": FORMAT,
        "ruleset": explanation.ruleset,
        "provider": explanation.provider,
        "account": explanation.account,
        "month": str(explanation.month),
        "known_at": explanation.known_at,
        "exact": explanation.exact,
        "facts": json.loads(canonical(explanation.facts)),
        "stood": [{"no": no, **line_text(line)} for no, line in explanation.stood],
        "posted": [
            {"cause": each.cause, "reverses": each.reverses, **line_text(each.line)}
            for each in explanation.posted
        ],
        "kopecks": explanation.kopecks,
    }
    return _text(body | {"hash": _hash(body)}) + "\n"


def read(text: str) -> Explanation:
    """The explanation that ``written`` wrote. :raises ExplanationUnreadable:"""
    if len(text) > LONGEST:
        raise ExplanationUnreadable(FileFault.TOO_LONG)
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExplanationUnreadable(FileFault.NOT_JSON, str(error)[:100]) from error
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        raise ExplanationUnreadable(FileFault.OTHER_FORMAT)
    if body.pop("hash", None) != _hash(body):
        raise ExplanationUnreadable(FileFault.DAMAGED, "hash")
    part = ""
    try:
        for part in ("provider", "account", "known_at"):
            if type(body[part]) is not str:
                raise TypeError("a text is wanted")
        part = "ruleset"
        ruleset = whole_in(body["ruleset"])
        part = "month"
        month = Month.parse(body["month"])
        part = "facts"
        facts = restored(AccountFacts, json.dumps(body["facts"]))
        part = "stood"
        stood = tuple((whole_in(row["no"]), line_of(row)) for row in list_in(body["stood"]))
        part = "posted"
        posted = tuple(posted_line(row) for row in list_in(body["posted"]))
        part = "kopecks"
        kopecks = whole_in(body["kopecks"])
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as error:
        raise ExplanationUnreadable(FileFault.DAMAGED, f"{part}: {error}"[:200]) from error
    if ruleset not in RULESETS:
        raise ExplanationUnreadable(FileFault.OTHER_RULES, str(ruleset))
    return Explanation(
        ruleset=ruleset,
        provider=body["provider"],
        account=body["account"],
        month=month,
        known_at=body["known_at"],
        exact=body.get("exact") is True,
        facts=facts,
        stood=stood,
        posted=posted,
        kopecks=kopecks,
    )


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _hash(body: Mapping[str, Any]) -> str:
    return "sha256:" + hashlib.sha256(_text(body).encode("utf-8", "surrogatepass")).hexdigest()
