"""The easy accounts of a batch with what they used, by SQL: a statement a step, over tables of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from django.db import connection

from svet.billing.operations.sets import conditions
from svet.kernel.transactions import require_transaction
from svet.metering.rules import ZONES

# They live as long as the connection, so a year of batches leaves no dead rows in the catalogue.
_TABLES: Final = {
    "sets_account": """
        account_id bigint, floor date, facts text, contract text, terms text, tariff_group text,
        residents integer""",
    "sets_meter": """
        account_id bigint, meter_id bigint, scheme smallint, digits smallint, ratio numeric, serial text,
        installed_on date, removed_on date""",
    "sets_scale": """
        account_id bigint, meter_id bigint, scheme smallint, zone text, face smallint,
        previous_set_id bigint, previous_on date, previous_value numeric,
        current_set_id bigint, current_on date, current_value numeric, kwh numeric(14,3)""",
    "sets_group": "code text, facts_before text, facts_now text, by_persons boolean",
    "sets_window": """
        account_id bigint, floor date, facts text, tariff_group text, residents integer, since date,
        until date, moved boolean""",
    "sets_span": """
        tariff_group text, residents integer, since date, until date, number smallint, count smallint,
        span_since date, span_until date, table_no integer, limits numeric[]""",
    "sets_price": """
        table_no integer, scheme smallint, zone text, place smallint, range_no smallint, price numeric(9,5),
        row_id bigint, demonstration boolean""",
    "sets_line": """
        account_id bigint, position smallint, point bigint, meter_id bigint, scheme smallint, zone text,
        previous_set_id bigint, previous_on date, previous_value numeric,
        current_set_id bigint, current_on date, current_value numeric, span_kwh numeric(14,3),
        since_on date, until_on date, range_no smallint, price numeric(9,5), row_id bigint,
        demonstration boolean, kwh numeric(14,3), kopecks bigint, left_out boolean""",
    "sets_charge": """
        account_id bigint, id bigint, transaction_id bigint, key text, floor date, facts text,
        kwh numeric(14,3), kopecks bigint, demonstration boolean""",
}
_DAY: Final = "{} - date '2000-01-01'"
# What is read behind settled months, by keys: however stale the statistics, no table is walked through.
_KEYED: Final = "SET LOCAL enable_hashjoin TO off; SET LOCAL enable_mergejoin TO off"
_FREE: Final = "SET LOCAL enable_hashjoin TO on; SET LOCAL enable_mergejoin TO on"

_CUTS: Final = """
(SELECT %(long_ago)s::date AS long_ago, %(before)s::date AS before, %(this)s::date AS this,
        %(month_before)s::date AS month_before) cuts
"""
_ACCOUNTS: Final = """
INSERT INTO sets_account
SELECT a.account_id, c.floor, c.facts, concat({floor}, '|', {opened}, '|', {closed}),
       t.terms, t.tariff_group, t.residents
FROM unnest(%(accounts)s::bigint[]) w (account_id)
CROSS JOIN {cuts}
JOIN accounts_account_door a ON a.account_id = w.account_id
JOIN LATERAL (
    SELECT period, settled, floor, facts FROM billing_charge c
    WHERE c.account_id = w.account_id ORDER BY c.period DESC LIMIT 1) c
    ON c.period = cuts.month_before AND c.settled = c.period
JOIN LATERAL (
    SELECT string_agg(concat({since}, '|', tariff_group, '|', residents, '|', rooms, '|', area, '|', stove,
                             '|', electric_heating::integer), ';' ORDER BY since) AS terms,
           min(tariff_group) AS tariff_group,
           count(*) FILTER (WHERE since <= cuts.long_ago) AS known,
           count(*) FILTER (WHERE since > cuts.long_ago AND since < cuts.this) AS moved,
           (array_agg(residents ORDER BY since DESC) FILTER (WHERE since <= cuts.long_ago))[1] AS residents
    FROM accounts_terms_door WHERE account_id = w.account_id) t ON true
WHERE {conditions}
"""
_METERS: Final = """
INSERT INTO sets_meter
SELECT a.account_id, m.meter_id, m.scheme, m.digits, m.ratio, m.serial, m.installed_on, m.removed_on
FROM sets_account a JOIN metering_meter_door m ON m.account_id = a.account_id
WHERE m.installed_on <= %(this)s
"""
# The reading that closed the month before, and the only one of this month.
_SCALES: Final = """
INSERT INTO sets_scale
SELECT m.account_id, m.meter_id, m.scheme, z.zone, z.face, p.set_id, p.read_on, pv.value,
       c.set_id, c.read_on, cv.value,
       (cv.value - pv.value + CASE WHEN cv.turns = pv.turns THEN 0
           ELSE (cv.turns - pv.turns) * round(power(10::numeric, m.digits::numeric)) END) * m.ratio
FROM sets_meter m
JOIN LATERAL (
    SELECT s.set_id, s.read_on FROM metering_set_door s
    WHERE s.meter_id = m.meter_id AND s.read_on > %(far)s AND s.read_on <= %(before)s
      AND s.read_on >= m.installed_on AND s.kind <> 'initial'
    ORDER BY s.read_on DESC, (s.kind <> 'customer') DESC, s.received_at DESC, s.set_id DESC LIMIT 1) p ON true
JOIN LATERAL (
    SELECT count(*) AS number, max(s.set_id) AS set_id, max(s.read_on) AS read_on, max(s.kind) AS kind
    FROM metering_set_door s
    WHERE s.meter_id = m.meter_id AND s.read_on > %(before)s AND s.read_on <= %(this)s) c ON true
JOIN metering_value_door cv ON cv.set_id = c.set_id
JOIN metering_value_door pv ON pv.set_id = p.set_id AND pv.zone = cv.zone
JOIN (VALUES {zones}) z (scheme, zone, face) ON z.scheme = m.scheme AND z.zone = cv.zone
WHERE (m.removed_on IS NULL OR m.removed_on > %(before)s) AND {conditions}
"""
_DIGEST: Final = (
    "left(encode(sha256(convert_to(concat(a.contract, '/', a.terms, '/', m.meters, '/', g.{}), 'UTF8')),"
    " 'hex'), 32)"
)
_WINDOWS: Final = """
INSERT INTO sets_window
SELECT a.account_id, a.floor, {now}, a.tariff_group,
       CASE WHEN g.by_persons AND a.residents IS NOT NULL THEN a.residents ELSE -1 END,
       s.since, s.until, m.moved
FROM sets_account a
JOIN sets_group g ON g.code = a.tariff_group
JOIN (
    SELECT account_id, sum(scheme) FILTER (WHERE removed_on IS NULL OR removed_on > %(before)s) AS scales,
           count(*) FILTER (WHERE removed_on > %(before)s AND removed_on <= %(this)s) AS went,
           bool_or(removed_on IS NOT NULL) AS moved,
           string_agg(concat(meter_id, '|', {installed}, '|', {removed}, '|', scheme, '|', digits, '|', ratio,
                             '|', serial), ';' ORDER BY installed_on, meter_id) AS meters
    FROM sets_meter GROUP BY account_id) m ON m.account_id = a.account_id
JOIN (
    SELECT account_id, count(*) AS scales, min(previous_on) AS since, max(current_on) AS until,
           min(kwh) AS least
    FROM sets_scale GROUP BY account_id) s ON s.account_id = a.account_id
WHERE {conditions}
"""


class Cuts(NamedTuple):
    """The months' last days of readings: of the month, of the one before, and of the one before that."""

    this: date
    before: date
    far: date
    month_before: date

    @property
    def values(self) -> dict[str, object]:
        """As parameters; ``long_ago``: the first day that a line of the month can begin with."""
        return {**self._asdict(), "long_ago": date.fromordinal(self.far.toordinal() + 1)}


class GroupFacts(NamedTuple):
    """What a price group's accounts share, hashed, until the month before and until the month."""

    code: str
    before: str
    now: str
    by_persons: bool


def _all(of: dict[str, str]) -> str:
    return " AND ".join(of.values()) or "true"


def find(account_ids: Sequence[int], *, cuts: Cuts, groups: Iterable[GroupFacts]) -> None:
    """Leave the easy ones of these accounts in ``sets_window``, their scales in ``sets_scale`` (a step)."""
    require_transaction()
    values: dict[str, Any] = {**cuts.values, "accounts": list(account_ids)}
    day = _DAY.format
    with connection.cursor() as cursor:
        for name, columns in _TABLES.items():
            cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS")
        cursor.execute(f"TRUNCATE {', '.join(_TABLES)}")
        cursor.execute("SET LOCAL enable_seqscan TO off; SET LOCAL jit TO off; SET LOCAL work_mem TO '64MB'")
        cursor.execute(_KEYED)
        cursor.execute(
            _ACCOUNTS.format(
                cuts=_CUTS, floor=day("c.floor"), opened=day("a.opened_on"), closed=day("a.closed_on"),
                since=day("since"), conditions=_all(conditions.ACCOUNT),
            ),
            values,
        )  # fmt: skip
        cursor.execute(_METERS, values)
        cursor.execute(_SCALES.format(zones=_zones(), conditions=_all(conditions.SET)), values)
        cursor.execute(_FREE)
        for group in groups:
            cursor.execute("INSERT INTO sets_group VALUES (%s, %s, %s, %s)", group)
        cursor.execute(
            _WINDOWS.format(
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
