"""Whom SQL may charge: every condition under which it gives what the rules give, each with its name.

Who fails one of them is charged by the rules in Python. A new fact that moves money gets a line here; a test
takes each of them away in turn and must see another result.
"""

from __future__ import annotations

from typing import Final

#: Of an account ``a`` that was charged last month and settled by it, with its terms ``t``.
ACCOUNT: Final[dict[str, str]] = {
    "not over": "(a.closed_on IS NULL OR a.closed_on > cuts.this)",
    "nothing new of settled days": """NOT EXISTS (
        SELECT FROM metering_touch_door n WHERE n.account_id = a.account_id AND n.read_on <= cuts.before)""",
    "no act": """NOT EXISTS (
        SELECT FROM metering_act_door x WHERE x.account_id = a.account_id AND x.since < cuts.this)""",
    "no problem": "NOT EXISTS (SELECT FROM billing_problem p WHERE p.account_id = a.account_id)",
    "no decision": "NOT EXISTS (SELECT FROM billing_override o WHERE o.account_id = a.account_id)",
    "no house": "NOT EXISTS (SELECT FROM billing_housestay h WHERE h.account_id = a.account_id)",
    "same terms": "t.moved = 0",
    "known terms": "t.known > 0",
}

#: Of the only set ``c`` that a meter has in the month.
SET: Final[dict[str, str]] = {
    "one set": "c.number = 1",
    "no beginning": "c.kind <> 'initial'",
}

#: Of the meters ``m`` and the read scales ``s`` of an account ``a``. The digest also tells a meter that came,
#: a changed ratio and a second price group.
BOOK: Final[dict[str, str]] = {
    "no meter went": "m.went = 0",
    "every scale was read": "m.scales = s.scales",
    "no scale fell": "s.least >= 0",
    "nothing else is known": "a.facts = {digest}",
}

#: Of a piece ``p`` of a line with its price ``r``: with one of these the account is left to the rules.
LEFT: Final[dict[str, str]] = {
    "no price": "r.price IS NULL",
    "ranges over zones": "p.crossed AND p.pools > 1",
    "no point": "p.point IS NULL",
}
