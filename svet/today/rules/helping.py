"""Of what somebody who helps is reminded, and when: by the facts of the day and their own wish. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from svet.kernel.refusals import Refused
from svet.today.rules.arrears import arrears
from svet.today.rules.facts import AccountFactsOfDay

#: How many days before the end one may ask to be reminded.
AHEAD: Final = (1, 2, 3, 5, 7)
LONGEST_AHEAD: Final = max(AHEAD)


class HelpReason(StrEnum):
    DAYS = "help_days"
    OWN = "help_own_account"


class HelpRefused(Refused):
    """There is nothing to be reminded of so."""


class NudgeKind(StrEnum):
    """What has an end."""

    READINGS = "readings"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class Nudge:
    """One thing that ends on a day, for which the helper has the right."""

    kind: NudgeKind
    on: date


def nudges(account: AccountFactsOfDay, *, days: int) -> list[Nudge]:
    """What of somebody else's account ends within ``days``: each only with the right to do it.

    While the day is ahead by which a debt is promised, nobody is reminded of that, but of a newer bill; of
    what is paid in parts everybody who may pay is told by the plan itself.
    An account that is one's own now, or that sees to itself, reminds of nothing.
    """
    if not account.of_another:
        return []
    found = []
    waits = any(meter.waits for meter in account.meters) and not account.away
    if account.may_submit and waits and _near(account.window.closes_on, account.today, days):
        found.append(Nudge(NudgeKind.READINGS, account.window.closes_on))
    if account.may_pay and account.plan is None:
        asked = arrears(account)
        if asked.due_on is not None and not asked.by_word and _near(asked.due_on, account.today, days):
            found.append(Nudge(NudgeKind.DUE, asked.due_on))
    return found


def _near(on: date, today: date, days: int) -> bool:
    return 0 <= (on - today).days <= days
