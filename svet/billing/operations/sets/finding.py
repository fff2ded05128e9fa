"""The easy accounts of a batch with what they used, by SQL: a statement a step, over tables of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from django.db import connection

from svet.billing.operations.sets import conditions, planning
from svet.kernel.transactions import require_transaction
from svet.metering.rules import ZONES

# They live as long as the connection, so a year of batches leaves no dead rows in the catalogue.
_TABLES: Final = {
    "sets_wanted": "account_id bigint, touches bigint[], touched_on date",
    "sets_month": "month date, after date, cut date, steps smallint",
    "sets_account": """
        account_id bigint, steps smallint, settled date, long_ago date, cut date, late boolean, floor date,
        facts text, contract text, terms text, tariff_group text, residents integer""",
    "sets_meter": """
        account_id bigint, steps smallint, long_ago date, cut date, before date, this date,
        meter_id bigint, scheme smallint, digits smallint, ratio numeric, serial text, installed_on date,
        removed_on date""",
    "sets_scale": """
        account_id bigint, steps smallint, cut date, this date, meter_id bigint, scheme smallint, zone text,
        face smallint, previous_set_id bigint, previous_on date, previous_value numeric,
        current_set_id bigint, current_on date, current_value numeric, kwh numeric(14,3)""",
    "sets_news": "account_id bigint",
    "sets_group": "code text, facts_before text, facts_now text, by_persons boolean",
    "sets_base": "account_id bigint, meter_id bigint, zone text, mean numeric(14,3), months date[]",
    "sets_book": """
        account_id bigint, settled date, settled_now date, floor date, facts text, tariff_group text,
        residents integer, moved boolean""",
    "sets_volume": """
        no bigint, account_id bigint, month date, point bigint, meter_id bigint, scheme smallint, zone text,
        face smallint, basis text, since date, until date, kwh numeric(14,3),
        previous_set_id bigint, previous_on date, previous_value numeric,
        current_set_id bigint, current_on date, current_value numeric, span_kwh numeric(14,3),
        base date[]""",
    "sets_window": """
        account_id bigint, month date, tariff_group text, residents integer, since date, until date""",
    "sets_span": """
        no integer, tariff_group text, residents integer, since date, until date, number smallint,
        count smallint, span_since date, span_until date, table_no integer, limits numeric[]""",
    "sets_price": """
        table_no integer, scheme smallint, zone text, place smallint, range_no smallint, price numeric(9,5),
        row_id bigint, demonstration boolean""",
    "sets_piece": """
        account_id bigint, month date, number smallint, point bigint, since date, face smallint,
        volume bigint, scheme smallint, zone text, basis text, since_on date, until_on date,
        kwh numeric(14,3), span_no integer, table_no integer, first_limit numeric""",
    "sets_pot": "account_id bigint, month date, number smallint, span_no integer, scales smallint",
    "sets_share": "volume bigint, number smallint, place smallint, kwh numeric(14,3)",
    "sets_line": """
        account_id bigint, position smallint, month date, volume bigint, basis text, since_on date,
        until_on date, range_no smallint, price numeric(9,5), row_id bigint, demonstration boolean,
        kwh numeric(14,3), kopecks bigint, left_out boolean, cause text DEFAULT 'first',
        cause_set_id bigint""",
    "sets_surplus": """
        account_id bigint, line_id bigint, position smallint, month date, point bigint, scheme smallint,
        zone text, basis text, part_since date, part_until date, since_on date, until_on date,
        range_no smallint, price numeric(9,5), kwh numeric(14,3), kopecks bigint, current_set_id bigint,
        cause_set_id bigint""",
    "sets_known": "account_id bigint, set_id bigint",
    "sets_charge": """
        account_id bigint, id bigint, transaction_id bigint, key text, floor date, facts text, settled date,
        kwh numeric(14,3), kopecks bigint, estimated boolean, demonstration boolean""",
    "sets_reversal": """
        charge_id bigint, account_id bigint, line_id bigint, position smallint, cause_set_id bigint""",
    "sets_used": "set_id bigint",
    "sets_taken": "touch_id bigint",
}
_DAY: Final = "{} - date '2000-01-01'"

_CUTS: Final = """
(SELECT %(before)s::date AS before, %(this)s::date AS this, %(month_before)s::date AS month_before,
        (%(month)s::date - interval '2 months')::date AS month_two_before,
        %(averages)s::integer AS averages) cuts
"""
# Notes are read before the readings, and again behind them (``_NEWS``).
_WANTED: Final = """
INSERT INTO sets_wanted
SELECT w.account_id, n.touches, n.first_on
FROM unnest(%s::bigint[]) w (account_id)
CROSS JOIN LATERAL (
    SELECT array_agg(touch_id) AS touches, min(read_on) AS first_on
    FROM metering_touch_door WHERE account_id = w.account_id) n
"""
# ``steps``: how many months behind its settled one an account is to be charged for; of those before the last
# it stands with averages. A line of them begins on ``long_ago`` at the earliest. Who is ``late`` has
# something new of the month before: that month is charged again, as if only those until then were settled.
_ACCOUNTS: Final = """
INSERT INTO sets_account
SELECT a.account_id, st.steps, st.month, st.after + 1, st.cut,
       w.touched_on IS NOT NULL AND w.touched_on <= cuts.before,
       c.floor, c.facts,
       concat({floor}, '|', {opened}, '|', {closed}),
       t.terms, t.tariff_group, t.residents
FROM sets_wanted w
CROSS JOIN {cuts}
JOIN accounts_account_door a ON a.account_id = w.account_id
JOIN LATERAL (
    SELECT period, settled, floor, facts FROM billing_charge c
    WHERE c.account_id = w.account_id ORDER BY c.period DESC LIMIT 1) c
    ON c.period = cuts.month_before
JOIN sets_month st ON st.steps > 0 AND st.month =
    CASE WHEN w.touched_on <= cuts.before THEN least(c.settled, cuts.month_two_before) ELSE c.settled END
JOIN LATERAL (
    SELECT string_agg(concat({since}, '|', tariff_group, '|', residents, '|', rooms, '|', area, '|', stove,
                             '|', electric_heating::integer), ';' ORDER BY since) AS terms,
           min(tariff_group) AS tariff_group,
           count(*) FILTER (WHERE since <= st.after + 1) AS known,
           count(*) FILTER (WHERE since > st.after + 1 AND since < cuts.this) AS moved,
           (array_agg(residents ORDER BY since DESC) FILTER (WHERE since <= st.after + 1))[1] AS residents
    FROM accounts_terms_door WHERE account_id = w.account_id) t ON true
WHERE {conditions}
"""
# A stretch of a meter is what is behind ``cut`` until ``this``: all of it, or, of who is late, one until the
# month before and one of the month itself. ``before``: the last day before its last month.
_METERS: Final = """
INSERT INTO sets_meter
SELECT a.account_id, a.steps, o.long_ago, o.cut, o.before, o.this, m.meter_id, m.scheme, m.digits,
       m.ratio, m.serial, m.installed_on, m.removed_on
FROM sets_account a JOIN metering_meter_door m ON m.account_id = a.account_id
CROSS JOIN LATERAL (
    SELECT a.long_ago, a.cut, %(before)s::date AS before, %(this)s::date AS this WHERE NOT a.late
    UNION ALL SELECT a.long_ago, a.cut, %(two_before)s::date, %(before)s::date WHERE a.late
    UNION ALL SELECT a.long_ago, %(before)s::date, %(before)s::date, %(this)s::date WHERE a.late) o
WHERE m.installed_on <= %(this)s
"""
# The reading that closed the month before a stretch, and the last one in it: none for a meter that was not
# read. Meters first, then their scales: what a meter's sets are is looked up once.
_SCALES: Final = """
INSERT INTO sets_scale
WITH meter AS MATERIALIZED (
    SELECT m.*, p.set_id AS previous_set_id, p.read_on AS previous_on,
           CASE WHEN c.number > 1 THEN (
               SELECT s.set_id FROM metering_set_door s
               WHERE s.meter_id = m.meter_id AND s.read_on = c.read_on
               ORDER BY (s.kind <> 'customer') DESC, s.received_at DESC, s.set_id DESC LIMIT 1)
           ELSE c.set_id END AS current_set_id, c.read_on AS current_on,
           c.number, c.first_on, c.begins, c.customers, cuts.averages
    FROM sets_meter m
    CROSS JOIN {cuts}
    JOIN LATERAL (
        SELECT s.set_id, s.read_on FROM metering_set_door s
        WHERE s.meter_id = m.meter_id AND s.read_on >= m.long_ago AND s.read_on <= m.cut
          AND s.read_on >= m.installed_on AND s.kind <> 'initial'
        ORDER BY s.read_on DESC, (s.kind <> 'customer') DESC, s.received_at DESC, s.set_id DESC LIMIT 1) p
        ON true
    JOIN LATERAL (
        SELECT count(*) AS number, max(s.set_id) AS set_id, max(s.read_on) AS read_on,
               min(s.read_on) AS first_on, bool_or(s.kind = 'initial') AS begins,
               bool_and(s.kind = 'customer') AS customers
        FROM metering_set_door s
        WHERE s.meter_id = m.meter_id AND s.read_on > m.cut AND s.read_on <= m.this) c ON true
    WHERE m.removed_on IS NULL OR m.removed_on > m.cut
)
SELECT m.account_id, m.steps, m.cut, m.this, m.meter_id, m.scheme, z.zone, z.face, m.previous_set_id,
       m.previous_on, pv.value, m.current_set_id, m.current_on, cv.value,
       (cv.value - pv.value + CASE WHEN cv.turns = pv.turns THEN 0
           ELSE (cv.turns - pv.turns) * round(power(10::numeric, m.digits::numeric)) END) * m.ratio
FROM meter m
JOIN (VALUES {zones}) z (scheme, zone, face) ON z.scheme = m.scheme
JOIN metering_value_door pv ON pv.set_id = m.previous_set_id AND pv.zone = z.zone
LEFT JOIN metering_value_door cv ON cv.set_id = m.current_set_id AND cv.zone = z.zone
WHERE {conditions}
"""
# The whole months behind an average, told by the lines that stand: as many as it is made of, and one more,
# so that none of them begins with the meter's first reading.
_BASES: Final = """
INSERT INTO sets_base
SELECT s.account_id, s.meter_id, s.zone, round(sum(b.kwh) FILTER (WHERE b.month > first.month) / %(base)s),
       array_agg(b.month ORDER BY b.month) FILTER (WHERE b.month > first.month)
FROM sets_scale s
JOIN sets_month st ON st.steps = s.steps
CROSS JOIN LATERAL (SELECT (st.month - %(base)s * interval '1 month')::date AS month) first
CROSS JOIN LATERAL (
    SELECT l.month, sum(l.kwh) AS kwh FROM billing_chargeline l
    WHERE l.account_id = s.account_id AND l.period >= first.month AND l.month >= first.month
      AND l.month <= st.month AND l.meter_id = s.meter_id AND l.zone = s.zone
      AND l.basis = 'reading' AND l.reverses_id IS NULL
      AND NOT EXISTS (SELECT FROM billing_chargeline r WHERE r.reverses_id = l.id)
    GROUP BY l.month) b
WHERE s.current_set_id IS NULL
GROUP BY s.account_id, s.meter_id, s.zone
HAVING {conditions}
"""
# A reading that came between these statements may have been seen without its note: who has one more is left
# to the rules. A note is seen as soon as its reading, so nothing that was read is missed here.
_NEWS: Final = """
INSERT INTO sets_news
SELECT w.account_id FROM sets_wanted w
WHERE EXISTS (SELECT FROM metering_touch_door n
              WHERE n.account_id = w.account_id AND n.touch_id <> ALL (coalesce(w.touches, '{}')))
"""
_DIGEST: Final = (
    "left(encode(sha256(convert_to(concat(a.contract, '/', a.terms, '/', m.meters, '/', g.{}), 'UTF8')),"
    " 'hex'), 32)"
)
_BOOKS: Final = """
INSERT INTO sets_book
SELECT a.account_id, a.settled, CASE WHEN s.silent = 0 THEN %(month)s::date ELSE a.settled END,
       a.floor, {now}, a.tariff_group,
       CASE WHEN g.by_persons AND a.residents IS NOT NULL THEN a.residents ELSE -1 END, m.moved
FROM sets_account a
JOIN sets_group g ON g.code = a.tariff_group
JOIN (
    SELECT account_id, sum(scheme) FILTER (WHERE removed_on IS NULL OR removed_on > cut) AS scales,
           count(*) FILTER (WHERE removed_on > cut AND removed_on <= %(this)s) AS went,
           bool_or(removed_on IS NOT NULL) AS moved,
           string_agg(concat(meter_id, '|', {installed}, '|', {removed}, '|', scheme, '|', digits, '|', ratio,
                             '|', serial), ';' ORDER BY installed_on, meter_id)
               FILTER (WHERE this = %(this)s) AS meters
    FROM sets_meter GROUP BY account_id) m ON m.account_id = a.account_id
JOIN (
    SELECT s.account_id, count(*) AS scales, coalesce(min(kwh), 0) AS least,
           count(*) FILTER (WHERE current_set_id IS NULL) AS silent, count(b.mean) AS means
    FROM sets_scale s LEFT JOIN sets_base b USING (account_id, meter_id, zone)
    GROUP BY s.account_id) s ON s.account_id = a.account_id
WHERE NOT EXISTS (SELECT FROM sets_news n WHERE n.account_id = a.account_id) AND {conditions}
"""


class Cut(NamedTuple):
    """A month with the last days of readings of the one before it and of its own.

    ``steps``: so many months before the one to charge; with none no account can have been settled by it.
    """

    month: date
    after: date
    cut: date
    steps: int


class Months(NamedTuple):
    """The month to charge and those before it; so many in a row have averages, made of ``base`` months."""

    cuts: list[Cut]
    averages: int
    base: int

    @property
    def values(self) -> dict[str, Any]:
        """As parameters."""
        this = self.cuts[0]
        return {
            "month": this.month, "this": this.cut, "before": this.after,
            "month_before": self.cuts[1].month, "two_before": self.cuts[1].after,
            "averages": self.averages, "base": self.base,
        }  # fmt: skip


class GroupFacts(NamedTuple):
    """What a price group's accounts share, hashed, until the month before and until the month."""

    code: str
    before: str
    now: str
    by_persons: bool


def _all(of: dict[str, str]) -> str:
    return " AND ".join(of.values()) or "true"


def find(account_ids: Sequence[int], *, months: Months, groups: Iterable[GroupFacts]) -> None:
    """Leave the easy ones of these accounts in ``sets_book``, their scales in ``sets_scale`` (a step)."""
    require_transaction()
    values = months.values
    day = _DAY.format
    with connection.cursor() as cursor:
        for name, columns in _TABLES.items():
            cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS")
        cursor.execute(f"TRUNCATE {', '.join(_TABLES)}")
        cursor.execute("SET LOCAL enable_seqscan TO off; SET LOCAL jit TO off; SET LOCAL work_mem TO '64MB'")
        cursor.executemany("INSERT INTO sets_month VALUES (%s, %s, %s, %s)", months.cuts)
        planning.by_keys()
        cursor.execute(_WANTED, [list(account_ids)])
        cursor.execute(
            _ACCOUNTS.format(
                cuts=_CUTS, floor=day("c.floor"), opened=day("a.opened_on"), closed=day("a.closed_on"),
                since=day("since"), conditions=_all(conditions.ACCOUNT),
            ),
            values,
        )  # fmt: skip
        cursor.execute(_METERS, values)
        cursor.execute(_SCALES.format(cuts=_CUTS, zones=_zones(), conditions=_all(conditions.SET)), values)
        cursor.execute(_BASES.format(conditions=_all(conditions.BASE)), values)
        cursor.execute(_NEWS)
        planning.whole_tables()
        for group in groups:
            cursor.execute("INSERT INTO sets_group VALUES (%s, %s, %s, %s)", group)
        cursor.execute(
            _BOOKS.format(
                now=_DIGEST.format("facts_now"), installed=day("installed_on"), removed=day("removed_on"),
                conditions=_all(conditions.BOOK).format(digest=_DIGEST.format("facts_before")),
            ),
            values,
        )  # fmt: skip


def _zones() -> str:
    return ", ".join(
        f"({int(scheme)}, '{zone}', {face})"
        for scheme, zones in ZONES.items()
        for face, zone in enumerate(zones)
    )
