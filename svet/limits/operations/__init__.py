"""Spending from limits, and the work asked of a busy network instead of a refusal.

Three doors for the rooms and faces above:

- ``spend(limit=…, key=…, now=…)`` takes from a bucket or raises ``LimitReached``;
- ``require(purpose=…, address=…, work=…, now=…)`` counts one knock of a network and, when the network or the
  whole installation is busy, lets it in only with an answered riddle: else ``WorkNeeded``, which carries one;
- ``riddle_for(purpose=…, address=…, now=…)`` is what the form carries beforehand (None while it is quiet):
  ``{% include "look/work.html" with work=work %}`` draws it, the form sends it back as the field ``work``.
"""

from svet.limits.operations.spending import (
    LimitReached,
    LimitReason,
    Spent,
    check,
    count,
    current_limit,
    emptied,
    forget,
    spend,
    sweep,
)
from svet.limits.operations.work import WorkNeeded, WorkView, require, riddle_for

__all__ = [
    "LimitReached",
    "LimitReason",
    "Spent",
    "WorkNeeded",
    "WorkView",
    "check",
    "count",
    "current_limit",
    "emptied",
    "forget",
    "require",
    "riddle_for",
    "spend",
    "sweep",
]
