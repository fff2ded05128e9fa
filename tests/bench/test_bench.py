"""The pure parts of the benchmarks: nothing is measured here."""

from __future__ import annotations

import importlib

import pytest

from bench.credited import GOOD, SILENT
from bench.credited import report as lag_report
from bench.figures import Row, machine, percentile, table
from bench.layers import Layers, shortened
from bench.people import Taken
from bench.replay import Sample, Statement, Trips, head, parse_report, script, statements, trips
from bench.requests import REQUESTS, Places, by_api, meter_name, person_of
from bench.size import Line, held, report

PLACES = Places(meters=100, meter=34_000_000, person=52_000_000)


@pytest.mark.parametrize(
    "module",
    [
        "billing",
        "client",
        "credited",
        "lives",
        "money",
        "money_acts",
        "people",
        "readings",
        "search",
        "size",
        "stack",
        "town",
        "__main__",
    ],
)
def test_every_part_imports(module: str) -> None:
    importlib.import_module(f"bench.{module}")


def test_the_loads_row_counts_what_was_answered_well() -> None:
    row = Taken(seconds=2.0, milliseconds=[10.0, 30.0, 20.0, 40.0], errors=1).row("sign-ins", bare=4.0)
    assert (row.pace, row.ratio, row.p50, row.p95, row.errors) == (2.0, 0.5, 20.0, 40.0, 1)


def test_size_fails_on_growing_statements_and_on_a_slow_full_store() -> None:
    assert not Line("page", 10, 90, 95, (9, 9)).fails
    assert Line("page", 10, 90, 95, (9, 10)).fails
    assert not Line("beside", 10, 12, 15, judged=True).fails
    assert Line("beside", 10, 12.1, 15, judged=True).fails
    head, first, second = report(
        [Line("page", 10, 20, 25, (9, 9)), Line("slow", 1, 2, 3, judged=True)]
    ).split("\n")
    assert head.split()[:2] == ["statements", "little"]
    assert first.split() == ["page", "9", "→", "9", "10.0", "20.0", "25.0", "2.00"]
    assert second.split()[-2:] == ["2.00", "MISSES"]


def test_places_held_by_one_person_always_mean_that_person() -> None:
    begins = {"metering_meter": 34_000_000, "people_person": 52_000_000}
    places = held(begins, 3)
    assert person_of(places, 1) == 52_000_003
    assert meter_name(places, 1) == "m000000034000009"


def test_percentile_is_the_nearest_rank() -> None:
    numbers = [float(number) for number in range(100, 0, -1)]
    assert (percentile(numbers, 0.5), percentile(numbers, 0.95), percentile([7.0], 0.95)) == (50, 95, 7)
    with pytest.raises(ValueError, match="no numbers"):
        percentile([], 0.5)


def test_table_shows_ratios_and_leaves_the_rest_empty() -> None:
    head, rule, first, second = table([Row("a", pace=250, bare=1000), Row("page", p95=12.34)]).splitlines()
    assert head.split()[:2] == ["per", "second"]
    assert set(rule) == {"-"}
    assert first.split() == ["a", "250", "1,000", "0.250"]
    assert second.split() == ["page", "12.3"]


def test_machine_is_one_line() -> None:
    assert machine().startswith("machine: ")
    assert "\n" not in machine()


def test_log_becomes_statements() -> None:
    log = (
        "@@17 LOG:  statement: BEGIN\n"
        "@@17 LOG:  execute <unnamed>: SELECT 1\n\tFROM a;\n"
        "@@17 DETAIL:  nothing\n"
        "@@17 LOG:  execute _pg3_2: SELECT $1, $2, $3\n"
        "@@17 DETAIL:  Parameters: $1 = 'it''s, $2 = \n\ttwo', $2 = NULL, $3 = '7'\n"
        "@@18 LOG:  received SIGHUP\n"
        "@@17 LOG:  statement: COMMIT\n"
    )
    bound = Statement("SELECT $1, $2, $3", ("'it''s, $2 = \ntwo'", "NULL", "'7'"))
    assert statements(log) == [Statement("BEGIN"), Statement("SELECT 1\nFROM a"), bound, Statement("COMMIT")]
    assert bound.inlined() == "SELECT 'it''s, $2 = \ntwo', NULL, '7'"


def test_statements_become_a_script() -> None:
    sample = Sample(
        meters=100,
        known={"34000007": ":meter"},
        made={"sets": 35_000_001},
        once={"abcdefgh": "r000:r"},
        variables=["meter 34000000 + :n"],
    )
    texts = [
        Statement("BEGIN"),
        Statement("SELECT nextval(pg_get_serial_sequence($1, 'id')) FROM generate_series(1, 1)", ("'sets'",)),
        Statement(
            'INSERT INTO "values" (meter, of, name) VALUES ($1, $2, $3)',
            ("'34000007'", "'35000001'", "'abcdefgh'"),
        ),
        Statement("SELECT '10:30:00'::time, 'm00000034000007'"),
    ]
    assert script(texts, sample).splitlines() == [
        r"\if :fresh",
        "PREPARE s2 AS SELECT nextval(pg_get_serial_sequence($1, 'id')) FROM generate_series(1, 1);",
        'PREPARE s3 AS INSERT INTO "values" (meter, of, name) VALUES ($1, $2, $3);',
        r"\set fresh 0",
        r"\endif",
        r"\set n random(1, 100)",
        r"\set r random(100000000000, 999999999999)",
        r"\set meter 34000000 + :n",
        "BEGIN;",
        r"EXECUTE s2('sets') \gset sets_",
        r"\set sets_id :sets_nextval",
        "EXECUTE s3(':meter', ':sets_id', 'r000:r');",
        "SELECT '10:30:00'::time, 'm000000:meter';",
    ]
    named = "WITH s AS (SELECT pg_get_serial_sequence('sets', 'id') AS name) SELECT nextval(name) FROM s"
    assert script([Statement(named)], sample).splitlines()[-1] == r"\set sets_id :sets_nextval"
    inserted = script([Statement('INSERT INTO "sets" ("a") VALUES (1) RETURNING "sets"."id"')], sample)
    assert inserted.splitlines()[-1] == r"EXECUTE s1 \gset sets_"


def test_a_fixed_script_is_bound_by_the_client_and_gets_its_head_later() -> None:
    sample = Sample(100, {"34000007": ":meter"}, {}, variables=["meter 34000000 + :n"])
    values = ("'2026-11-27'", "'400'", "'34000007'", "'2026-11-27 19:00:00+00'")
    text = Statement("SELECT $1::date - $2, $3, $4", values, typed=True)
    assert script([Statement("BEGIN"), text], sample, prepared_once=False).splitlines() == [
        "BEGIN;",
        "SELECT '2026-11-27'::date - 400, :meter, '2026-11-27 19:00:00+00'::timestamptz;",
    ]
    assert head(sample).splitlines()[-1] == r"\set meter 34000000 + :n"


def test_statements_and_commits_of_an_act_are_counted() -> None:
    lazily = "WITH lazily AS MATERIALIZED (SELECT 1)\nINSERT INTO calls (a) SELECT 1 FROM lazily RETURNING id"
    texts = [
        "SELECT 1", lazily, "UPDATE a SET b = 1", "BEGIN", "SELECT 1 FROM a FOR NO KEY UPDATE",
        "INSERT INTO a (b) VALUES (1)", "INSERT INTO a (b) VALUES (1)", "COMMIT",
        "BEGIN", "SELECT 1", "COMMIT",
    ]  # fmt: skip
    assert trips([Statement(text) for text in texts]) == Trips(statements=7, commits=3, waits=2)
    made = Sample(10, {}, {"calls": 7_000_001})
    assert script([Statement(lazily)], made).splitlines()[-1] == r"EXECUTE s1 \gset calls_"


def test_copy_cannot_be_replayed() -> None:
    with pytest.raises(ValueError, match="cannot send COPY"):
        script([Statement("COPY a FROM STDIN")], Sample(meters=1, known={}, made={}))


def test_a_row_is_told_by_its_key_whatever_else_the_database_fills_in() -> None:
    made = Statement('INSERT INTO "t" ("a") VALUES ($1) RETURNING "t"."id", "t"."filled"', ("'x'",))
    then = Statement("SELECT $1", ("'7000001'",))
    told = script([made, then], Sample(10, {}, {"t": 7_000_001}))
    assert r"EXECUTE s1('x') \gset t_" in told
    assert "EXECUTE s2(':t_id')" in told or "SELECT ':t_id'" in told


def test_a_payment_is_late_when_it_is_beyond_its_goal_or_never_comes() -> None:
    lines, missed = lag_report({GOOD: [0.4, 1.2], SILENT: [30.0, 59.0]}, 2)
    assert not missed
    assert "longest   1.20 s" in lines[0]
    assert lag_report({GOOD: [0.4, 2.2], SILENT: [30.0, 59.0]}, 2)[1]
    assert lag_report({GOOD: [0.4, 1.2], SILENT: []}, 2)[1]


def test_report_of_pgbench() -> None:
    found = parse_report("number of failed transactions: 2 (0.1%)\ntps = 3600.5 (without initial)\n")
    assert (found.pace, found.failed) == (3600.5, 2)
    with pytest.raises(ValueError, match="no report"):
        parse_report("")


def test_requests_are_whole() -> None:
    assert person_of(PLACES, 1) == person_of(PLACES, 4) == 52_000_001
    for make in REQUESTS.values():
        head, _, body = make(PLACES, 5, 0).partition(b"\r\n\r\n")
        lengths = [line for line in head.split(b"\r\n") if line.startswith(b"Content-Length: ")]
        assert [int(line.split()[1]) for line in lengths] == ([len(body)] if body else [])
    assert b"/m000000034000005/readings" in by_api(PLACES, 5, 0)


def test_a_layer_has_what_no_layer_below_it_has() -> None:
    layers = Layers()
    below = layers.measured("below", lambda: sum(range(50_000)))
    above = layers.measured("above", lambda: [below(), below()])
    above()
    assert (layers.calls["above"], layers.calls["below"], layers.above) == (1, 2, [])
    assert 0 < layers.spent["above"] < layers.spent["below"]


def test_a_layer_that_fails_is_left_all_the_same() -> None:
    layers = Layers()

    def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        layers.measured("outer", layers.measured("inner", fails))()
    assert (layers.above, dict(layers.calls)) == ([], {"outer": 1, "inner": 1})


def test_a_statement_is_told_by_its_verb_and_tables() -> None:
    text = 'SELECT "a_b"."id" FROM "a_b" INNER JOIN "c_d" ON (1 = 1) WHERE EXISTS(SELECT 1 FROM "a_b")'
    assert shortened(text) == "SELECT a_b, c_d"
    assert shortened("COMMIT") == "COMMIT "
