"""Sets of rules by number: a bill names the one it was computed by, and is computed by it again for ever.

A change that gives other lines for the same facts is another set: the former functions stay under their
number, the new ones get the next. What a set is made of is pinned by ``svet/billing/tests/golden``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from svet.billing.rules.lines import Line
from svet.billing.rules.should import should

#: The one by which is charged now.
RULESET = 1
#: What should stand, by the number of the set: (facts, horizon) → lines.
RULESETS: Mapping[int, Callable[..., list[Line]]] = {1: should}
