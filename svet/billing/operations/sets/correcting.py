"""What the easy accounts of a batch were charged for months that are known better now: taken back by sets."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection

from svet.billing.operations.sets import conditions, planning
from svet.kernel.periods import Month

# Who was settled last month has nothing that could be taken back.
_STANDING: Final = """
INSERT INTO sets_surplus
SELECT l.account_id, l.id,
       row_number() OVER (PARTITION BY l.account_id ORDER BY l.month, l.period, l.position),
       l.month, l.point, l.scheme, l.zone, l.basis, l.part_since, l.part_until, l.since_on, l.until_on,
       l.range_no, l.price, l.kwh, l.kopecks, l.current_set_id, NULL
FROM sets_book k
JOIN billing_chargeline l ON l.account_id = k.account_id AND l.period > k.settled AND l.month > k.settled
WHERE k.settled < %(month_before)s AND l.reverses_id IS NULL
  AND NOT EXISTS (SELECT FROM billing_chargeline r WHERE r.reverses_id = l.id)
"""
_KNOWN: Final = """
INSERT INTO sets_known
SELECT DISTINCT account_id, current_set_id FROM sets_surplus WHERE current_set_id IS NOT NULL
"""
# Lines of one content stay: no account has two of them.
_SAME: Final = """
WITH same AS (
    DELETE FROM sets_surplus s USING sets_line l, sets_volume v
    WHERE v.no = l.volume AND
          (l.account_id, l.month, v.point, v.scheme, v.zone, l.basis, v.since, v.until, l.since_on,
           l.until_on, l.range_no, l.price, l.kwh, l.kopecks)
        = (s.account_id, s.month, s.point, s.scheme, s.zone, s.basis, s.part_since, s.part_until, s.since_on,
           s.until_on, s.range_no, s.price, s.kwh, s.kopecks)
    RETURNING l.account_id, l.position)
DELETE FROM sets_line l USING same WHERE (l.account_id, l.position) = (same.account_id, same.position)
"""
# The cause of a month is the first posted reading of it on which no line stood; what is taken back comes
# first, both in the order of their months.
_NUMBERS: Final = """
WITH cause AS (
    SELECT DISTINCT ON (l.account_id, l.month) l.account_id, l.month, v.current_set_id
    FROM sets_line l JOIN sets_book k ON k.account_id = l.account_id JOIN sets_volume v ON v.no = l.volume
    WHERE k.settled < %(month_before)s AND l.month < %(month)s AND v.current_set_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM sets_known s WHERE s.set_id = v.current_set_id)
    ORDER BY l.account_id, l.month, l.position
), taken AS (
    UPDATE sets_surplus s SET cause_set_id = c.current_set_id, position = n.position
    FROM (SELECT line_id, row_number() OVER (PARTITION BY account_id ORDER BY position) AS position
          FROM sets_surplus) n, cause c
    WHERE n.line_id = s.line_id AND c.account_id = s.account_id AND c.month = s.month
), posted AS (
    SELECT l.account_id, l.position AS old, c.current_set_id,
           coalesce(t.number, 0) + row_number() OVER (PARTITION BY l.account_id ORDER BY l.position) AS new
    FROM sets_line l JOIN sets_book k ON k.account_id = l.account_id AND k.settled < %(month_before)s
    LEFT JOIN cause c ON c.account_id = l.account_id AND c.month = l.month
    LEFT JOIN (SELECT account_id, count(*) AS number FROM sets_surplus GROUP BY account_id) t
        ON t.account_id = l.account_id
)
UPDATE sets_line l
SET position = p.new, cause_set_id = p.current_set_id,
    cause = CASE WHEN l.month < %(month)s THEN 'reading' ELSE 'first' END
FROM posted p WHERE (p.account_id, p.old) = (l.account_id, l.position)
"""
_BRAKED: Final = """
UPDATE sets_line l SET left_out = true
FROM (SELECT account_id, sum(abs(kopecks)) AS moved
      FROM (SELECT account_id, month, sum(kopecks) AS kopecks
            FROM (SELECT account_id, month, -kopecks AS kopecks FROM sets_surplus
                  UNION ALL SELECT l.account_id, l.month, l.kopecks FROM sets_line l WHERE l.month < %(month)s
                 ) both_sides GROUP BY account_id, month) months GROUP BY account_id) m
WHERE l.account_id = m.account_id AND NOT ({conditions})
"""


def correct(*, period: Month, brake_kopecks: int) -> None:
    """Leave in ``sets_surplus`` the lines to take back, in ``sets_line`` those to post (a step).

    Accounts with corrections beyond the supplier's limit are left to the rules.
    """
    values: dict[str, Any] = {"month": period.first, "month_before": period.plus(-1).first}
    values["brake"] = brake_kopecks
    with connection.cursor() as cursor:
        planning.by_keys()
        cursor.execute(_STANDING, values)
        planning.whole_tables()
        if not cursor.rowcount:
            return
        cursor.execute(_KNOWN)
        cursor.execute(_SAME)
        cursor.execute(_NUMBERS, values)
        braked = " AND ".join(conditions.BRAKE.values()) or "true"
        cursor.execute(_BRAKED.format(conditions=braked), values)
