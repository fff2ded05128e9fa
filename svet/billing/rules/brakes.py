"""Brakes: corrections of charged months that are too large, or too old, to go out by themselves. Pure.

A wrong ratio, a table loaded for the wrong year or a reading of another house give corrections that are right
by the facts and wrong for everybody. Beyond the supplier's limits an account waits for a person, who signs a
recomputation (ADR 105). What is older than three years nobody may claim, or claim back, by the way (Civil
Code, article 196): it waits too. Brakes decide what is posted, never what should stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from svet.billing.rules.difference import Difference
from svet.billing.rules.facts import AccountFacts, Override, OverrideKind
from svet.billing.rules.kinds import BillingProblem, BillingReason, Rules
from svet.billing.rules.lines import Line
from svet.kernel.periods import Month


class CorrectedMonths(NamedTuple):
    """What a posting corrects of months that were charged: kopecks up and down together, their balance."""

    moved: int
    net: int
    oldest: Month


def correction(found: Difference[int], stands: Iterable[Line], *, horizon: Month) -> CorrectedMonths | None:
    """The part of a difference that corrects charged months before the month of posting; None: nothing."""
    charged = {line.month for line in stands if line.month < horizon}
    months: dict[Month, int] = {}
    for sign, lines in ((1, found.post), (-1, [line for _, line in found.reverse])):
        for line in lines:
            if line.month in charged:
                months[line.month] = months.get(line.month, 0) + sign * line.kopecks
    if not months:
        return None
    return CorrectedMonths(sum(map(abs, months.values())), sum(months.values()), min(months))


def refuse_beyond_limits(
    found: Difference[int], stands: Iterable[Line], *, facts: AccountFacts, horizon: Month, rules: Rules
) -> None:
    """Stop a correction that is beyond the supplier's limits and that nobody has signed.

    Whoever signs a recomputation has seen its sum: the limit holds for what comes on top of it.
    :raises BillingProblem: the correction is too large, or reaches too far back
    """
    moved = correction(found, stands, horizon=horizon)
    if moved is None:
        return
    signed = [each for each in facts.overrides if _lets_out(each, moved.oldest, horizon)]
    if moved.oldest < horizon.back(rules.brake_months) and not signed:
        raise BillingProblem(
            BillingReason.OLD_DIFFERENCE, details={"month": moved.oldest, "kopecks": moved.net}
        )
    if moved.moved <= rules.brake_kopecks:
        return
    if not any(abs(moved.net - each.kopecks) <= rules.brake_kopecks for each in signed):
        raise BillingProblem(
            BillingReason.LARGE_DIFFERENCE, details={"month": moved.oldest, "kopecks": moved.net}
        )


def _lets_out(override: Override, oldest: Month, horizon: Month) -> bool:
    return override.kind is OverrideKind.RECOMPUTE and override.covers(oldest) and override.heeded(horizon)
