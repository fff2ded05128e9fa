"""Whom SQL may charge: every condition under which it gives what the rules give, each with its name.

Who fails one of them is charged by the rules in Python. A new fact that moves money gets a line here; a test
takes each of them away in turn and must see another result.
"""

from __future__ import annotations

from typing import Final

#: Of an account ``a`` that was charged last month and settled then or lately, with its terms ``t``.
ACCOUNT: Final[dict[str, str]] = {
    "not over": "(a.closed_on IS NULL OR a.closed_on > cuts.this)",
    "nothing new of settled days": "(w.touched_on IS NULL OR w.touched_on > st.cut)",
    "nothing went of late days": """(w.touched_on IS NULL OR w.touched_on > cuts.before OR NOT EXISTS (
        SELECT FROM metering_gone_door g WHERE g.account_id = a.account_id AND g.read_on > st.cut))""",
    "no act": """NOT EXISTS (
        SELECT FROM metering_act_door x WHERE x.account_id = a.account_id AND x.since < cuts.this)""",
    "no problem": "NOT EXISTS (SELECT FROM billing_problem p WHERE p.account_id = a.account_id)",
    "no decision": "NOT EXISTS (SELECT FROM billing_override o WHERE o.account_id = a.account_id)",
    "no house": "NOT EXISTS (SELECT FROM billing_housestay h WHERE h.account_id = a.account_id)",
    "same terms": "t.moved = 0",
    "known terms": "t.known > 0",
}

#: Of the sets that a meter ``m`` has since its account was settled: ``cv`` is a value of the last one, ``pv``
#: of the one that settled. What lies between them moves nothing as long as it shows nothing else.
SET: Final[dict[str, str]] = {
    "all between": """(m.number <= 1 OR (
        SELECT bool_and(coalesce((v.turns - pv.turns) * round(power(10::numeric, m.digits::numeric)) + v.value
            BETWEEN pv.value
            AND (cv.turns - pv.turns) * round(power(10::numeric, m.digits::numeric)) + cv.value, false))
        FROM metering_set_door e LEFT JOIN metering_value_door v ON v.set_id = e.set_id AND v.zone = z.zone
        WHERE e.meter_id = m.meter_id AND e.read_on > m.cut AND e.read_on <= m.this))""",
    "whole sets": "(m.number = 0 OR cv.value IS NOT NULL)",
    "no beginning": "m.begins IS NOT TRUE",
    "nothing in silent months": "(m.number = 0 OR m.first_on > m.before)",
    "no inspection after them": "(m.steps = 1 OR m.number = 0 OR m.customers)",
    "no norm yet": "(m.number > 0 OR m.steps <= m.averages)",
}

#: Of the whole months ``b`` behind an average of a scale ``s``.
BASE: Final[dict[str, str]] = {"months enough": "count(*) = %(base)s + 1"}

#: Of the meters ``m`` and the read scales ``s`` of an account ``a``. The digest also tells a meter that came,
#: a changed ratio and a second price group. Scales of who is late stand there twice, and an average between
#: two stretches would be made of other months than those that are told.
BOOK: Final[dict[str, str]] = {
    "no meter went": "m.went = 0",
    "every scale is told": "m.scales = s.scales",
    "every average is told": "s.silent = s.means",
    "no average of who is late": "(NOT a.late OR s.silent = 0)",
    "no scale fell": "s.least >= 0",
    "nothing else is known": "a.facts = {digest}",
}

#: Of a piece ``p`` of a line with its price ``r``: with one of these the account is left to the rules.
LEFT: Final[dict[str, str]] = {
    "no price": "r.price IS NULL",
    "no point": "p.point IS NULL",
}

#: Of the corrections ``moved`` of an account's charged months, in kopecks.
BRAKE: Final[dict[str, str]] = {"no large correction": "moved <= %(brake)s"}
