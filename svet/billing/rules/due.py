"""What is to be posted to an account: what should stand minus what stands, but for what is held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from svet.billing.rules.difference import Difference, difference
from svet.billing.rules.facts import AccountFacts, Override, OverrideKind
from svet.billing.rules.kinds import BillingProblem, BillingReason
from svet.billing.rules.lines import Line
from svet.billing.rules.should import should
from svet.kernel.periods import Month

Name = TypeVar("Name")


def due(
    facts: AccountFacts,
    stands: Iterable[tuple[Name, Line]],
    *,
    horizon: Month,
    lines: Sequence[Line] | None = None,
) -> Difference[Name]:
    """The difference that a posting of a month makes; months under a hold stay as they stand.

    ``lines`` are what ``should`` gives, where the caller has asked it already.
    :raises BillingProblem: something of the account cannot be told, or the month itself is held
    """
    holds = [each for each in facts.overrides if _holds(each, horizon)]
    refuse_held(facts, horizon=horizon)
    if lines is None:
        lines = should(facts, horizon=horizon)
    if not holds:
        return difference(lines, stands)
    return difference(
        [line for line in lines if not _held(holds, line.month)],
        [(name, line) for name, line in stands if not _held(holds, line.month)],
    )


def refuse_held(facts: AccountFacts, *, horizon: Month) -> None:
    """:raises BillingProblem: nothing is to be posted to the account in this month"""
    for each in facts.overrides:
        if _holds(each, horizon) and each.covers(horizon):
            details: dict[str, object] = {"decision": each.no}
            if each.ends is not None:
                details["until"] = each.ends
            raise BillingProblem(BillingReason.HELD, details=details)


def _holds(override: Override, horizon: Month) -> bool:
    return override.kind is OverrideKind.HOLD and override.heeded(horizon)


def _held(holds: Sequence[Override], month: Month) -> bool:
    return any(each.covers(month) for each in holds)
