"""Foul weather: what late, wrong, missing and refuted facts do to an account, to the kopeck."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from svet.billing.rules.facts import (
    AccountFacts,
    AccountTerms,
    Act,
    ActKind,
    Away,
    LossShare,
    Override,
    OverrideKind,
    PriceTable,
    RangeLimit,
)
from svet.billing.rules.houses import HouseShare
from svet.billing.rules.kinds import Basis, BillingProblem, BillingReason, Proration
from svet.billing.rules.should import should
from svet.billing.tests.facts import (
    NEW,
    OLD,
    TABLES,
    Book,
    account,
    by_month,
    control,
    day,
    kopecks,
    kwh,
    meter,
    month,
    policy,
    reading,
    table,
    told,
)

SUMMER = {"2026-05-24": 0, "2026-06-24": 100, "2026-07-24": 200, "2026-08-24": 300}


def steady(kwh_a_month: int, upto: int = 6) -> dict[str, int]:
    """Readings from the last day of October 2025 to the 24th of April 2026, so many kWh a month."""
    days = ["2025-10-25", "2025-11-24", "2025-12-24", "2026-01-24", "2026-02-24", "2026-03-24", "2026-04-24"]
    return {on: n * kwh_a_month for n, on in enumerate(days) if n <= upto}


@pytest.mark.parametrize("order", [["06", "07", "08"], ["06", "08", "07"], ["06", "08", "06", "07", "07"]])
def test_1_months_in_any_order_charge_every_kwh_once(order: list[str]) -> None:
    facts, book = account(meter(SUMMER), floor="2026-06"), Book()
    for each in order:
        book.run(facts, f"2026-{each}")
    assert by_month(book.lines) == {"2026-06": 100, "2026-07": 100, "2026-08": 100}
    assert kopecks(book.lines) == 145_500


def test_2_a_few_days_of_the_first_month_are_a_part_of_the_norm() -> None:
    silent, book = account(meter({"2026-05-20": 0}), opened_on=day("2026-05-20")), Book()
    assert book.run(silent, "2026-05").kopecks == 24_250
    assert kwh(book.lines) == 50
    assert book.run(silent, "2026-06").kopecks == 145_500
    read = replace(silent, points=account(meter({"2026-05-20": 0, "2026-07-24": 520})).points)
    found = book.run(read, "2026-07")
    assert (kwh(found), found.kopecks) == (170, 82_450)
    assert by_month(book.lines) == {"2026-05": 40, "2026-06": 248, "2026-07": 232}
    assert kopecks(book.lines) == 252_200


def test_3_a_new_meter_that_nobody_reads_goes_on_with_the_average_of_the_old_one() -> None:
    old = meter({**steady(300), "2026-05-10": 1950}, until="2026-05-10")
    book = Book()
    found = book.run(account([old, meter({"2026-05-10": 0}, meter_id=2)]), "2026-05")
    assert told(found.post, "basis", "kwh") == [(Basis.READING, 150), (Basis.AVERAGE, 150)]
    assert found.kopecks == 145_500
    silent = account([old, meter({"2026-05-10": 0}, meter_id=2)])
    assert kwh(book.run(silent, "2026-06")) == 300
    read = account([old, meter({"2026-05-10": 0, "2026-07-24": 700}, meter_id=2)])
    found = book.run(read, "2026-07")
    assert (kwh(found), found.kopecks) == (250, 121_250)


def test_4_two_silent_meters_have_one_norm() -> None:
    facts = account(meter({"2026-04-25": 0}), meter({"2026-04-25": 0}, meter_id=2))
    lines = should(facts, horizon=month("2026-05"))
    assert (kwh(lines), kopecks(lines)) == (300, 145_500)


def test_5_a_norm_of_two_zones_is_divided_by_hours() -> None:
    lines = should(account(meter({"2026-04-25": 0}, scheme=2)), horizon=month("2026-05"))
    assert told(lines, "zone", "kwh", "kopecks") == [
        ("day", 200, 111_600),
        ("night", 100, 29_100),
    ]


def test_6_a_closed_account_is_charged_to_its_day() -> None:
    closed, book = account(meter(steady(200)), closed_on=day("2026-05-12")), Book()
    found = book.run(closed, "2026-05")
    assert (kwh(found), found.kopecks) == (120, 58_200)
    assert not book.run(closed, "2026-06")
    read = replace(closed, points=account(meter({**steady(200), "2026-05-12": 1290})).points)
    found = book.run(read, "2026-07")
    assert (kwh(found), found.kopecks) == (-30, -14_550)


def test_7_a_second_control_gives_back_only_what_the_first_one_has_left() -> None:
    own = [reading("2025-11-24", 900), reading("2025-12-24", 1000), reading("2026-01-24", 1100)]
    book = Book()

    def run(until: str, *more: object) -> tuple[Any, int]:
        found = book.run(account(meter([*own, *more]), floor="2025-12"), until)  # type: ignore[list-item]
        return kwh(found), found.kopecks

    run("2026-01")
    assert told([line for line in book.lines if str(line.month) == "2026-01"], "price", "kwh") == [
        (Decimal("4.77"), 26),
        (Decimal("4.85"), 74),
    ]
    first, second = control("2026-02-24", 1020), control("2026-03-20", 960)
    assert run("2026-02", first) == (-80, -38_632)
    assert run("2026-03", first, second) == (-60, -28_740)
    assert kopecks(book.lines) == 28_620
    assert run("2026-04", first, second) == (15, 7_275)
    assert run("2026-05", first) == (165, 79_665)
    assert by_month(book.lines) == {
        "2025-12": 100, "2026-01": 20, "2026-02": 0, "2026-03": 40, "2026-04": 40, "2026-05": 40,
    }  # fmt: skip


def _two_meters(second_read: bool, **more: object) -> AccountFacts:
    first = meter({"2026-05-24": 0, "2026-06-24": 3000, "2026-07-24": 6000})
    second = meter({"2026-05-24": 0, **({"2026-07-24": 6000} if second_read else {})}, meter_id=2)
    return account(first, second, floor="2026-06", policies=(policy(0),), **more)


def test_8_the_ranges_of_a_month_are_filled_once() -> None:
    book = Book()
    assert book.run(_two_meters(False), "2026-06").kopecks == 1_455_000
    found = book.run(_two_meters(True), "2026-07")
    assert (kwh(found), found.kopecks) == (9000, 5_398_304)
    assert told([line for _, line in found.reverse], "kwh") == [0]
    assert kopecks(book.lines) == 6_853_304
    june = told([line for line in book.lines if str(line.month) == "2026-06"], "point", "range_no", "kwh")
    assert june == [(1, 1, 3000), (2, 1, 900), (2, 2, 2100), (2, 3, 148)]


def test_9_and_10_a_late_reading_moves_kwh_between_months() -> None:
    book = Book()
    own = {"2026-04-25": 0, "2026-06-24": 8000}
    facts = account(meter(own), policies=(policy(0),))
    assert book.run(facts, "2026-06").kopecks == 3_926_400
    late = account(meter({**own, "2026-05-24": 7000}), policies=(policy(0),))
    found = book.run(late, "2026-06")
    assert (kwh(found), found.kopecks) == (0, 1_070_800)
    assert by_month(book.lines) == {"2026-05": 7000, "2026-06": 1000}


def test_11_three_averages_then_norms_and_a_reading_settles_all_of_them() -> None:
    book = Book()
    months = ["2026-05", "2026-06", "2026-07", "2026-08", "2026-09"]
    steps = [book.run(account(meter(steady(200))), each) for each in months]
    assert [kwh(step) for step in steps] == [200, 200, 200, 300, 300]
    assert [step.kopecks for step in steps] == [97_000] * 3 + [145_500] * 2
    found = book.run(account(meter({**steady(200), "2026-10-24": 2400})), "2026-10")
    assert (kwh(found), found.kopecks) == (0, 0)
    assert (len(found.reverse), len(found.post)) == (5, 6)


def test_12_a_broken_meter_has_averages_without_end() -> None:
    acts = (Act(ActKind.BROKEN, day("2026-05-01")),)
    lines = should(account(meter(steady(200)), acts=acts), horizon=month("2026-09"))
    assert told(lines, "basis", "kwh", "kopecks") == [(Basis.AVERAGE, 200, 97_000)] * 5


def test_13_who_lets_nobody_in_pays_one_and_a_half_norms_after_the_averages() -> None:
    acts = (Act(ActKind.REFUSED, day("2026-05-01")),)
    lines = should(account(meter(steady(200)), acts=acts), horizon=month("2026-08"))
    assert told(lines, "kwh") == [200, 200, 200, 450]
    assert lines[-1].kopecks == 218_250


def test_14_without_a_meter_the_norm_by_persons_and_days() -> None:
    acts = (Act(ActKind.UNMETERED, day("2026-01-01")),)
    bare = account(acts=acts)
    lines = should(bare, horizon=month("2026-05"))
    assert (kwh(lines), kopecks(lines)) == (450, 218_250)
    away = replace(bare, away=(Away(day("2026-06-01"), day("2026-06-21"), 1),))
    assert by_month(should(away, horizon=month("2026-06")))["2026-06"] == 353
    assert kopecks(should(away, horizon=month("2026-06"))[1:]) == 171_205
    closed = replace(bare, closed_on=day("2026-07-05"))
    assert by_month(should(closed, horizon=month("2026-07")))["2026-07"] == 150
    assert kopecks(should(closed, horizon=month("2026-09"))[-1:]) == 72_750
    assert kwh(should(replace(bare, acts=()), horizon=month("2026-05"))) == 300


def test_15_tampering_is_charged_by_ten_norms_in_place_of_what_stood() -> None:
    own, book = account(meter(steady(200)), floor="2025-11"), Book()
    book.run(own, "2026-04")
    acts = (Act(ActKind.TAMPERED, day("2026-01-25"), day("2026-04-25")),)
    found = book.run(replace(own, acts=acts), "2026-04")
    assert (kwh(found), found.kopecks) == (8_400, 4_074_000)


@pytest.mark.parametrize(
    ("used", "rubles"), [(3900, 1_891_500), (3901, 1_892_217), (6148, 3_562_220)], ids=["16a", "16b", "17"]
)
def test_16_and_17_borders_of_ranges(used: int, rubles: int) -> None:
    facts = account(meter({"2026-04-24": 0, "2026-05-24": used}))
    assert kopecks(should(facts, horizon=month("2026-05"))) == rubles


def test_18_two_zones_share_the_ranges() -> None:
    facts = account(meter({"2026-04-24": (0, 0), "2026-05-24": (4000, 2500)}, scheme=2))
    lines = should(facts, horizon=month("2026-05"))
    assert told(lines, "kwh") == [2400, 1292, 308, 1500, 808, 192]
    assert kopecks(lines) == 3_712_344


def test_19_limits_by_persons() -> None:
    used = meter({"2026-04-24": (0, 0), "2026-05-24": (160, 60)}, scheme=2)
    prices = {zone: row[:2] for zone, row in NEW.items()}
    tables = (table("2026-01-01", None, prices, [RangeLimit(per_person=50), RangeLimit()]),)
    lines = should(account(used, tables=tables), horizon=month("2026-05"))
    assert told(lines, "kwh") == [109, 51, 41, 19]
    assert kopecks(lines) == 122_998
    nobody = account(used, tables=tables, terms=(AccountTerms("1.1", 0),))
    lines = should(nobody, horizon=month("2026-05"))
    assert told(lines, "range_no", "kwh") == [(2, 160), (2, 60)]
    assert kopecks(lines) == 157_800


def test_20_a_dial_turns_over_behind_transformers() -> None:
    read = meter([reading("2026-04-24", 99_950), reading("2026-05-24", 10, turns=1)], ratio=Decimal(30))
    lines = should(account(read), horizon=month("2026-05"))
    assert (kwh(lines), kopecks(lines)) == (1800, 873_000)


def test_21_a_lower_later_reading_refutes_a_typo() -> None:
    book, own = Book(), {"2026-05-24": 4000, "2026-06-24": 4306}
    book.run(account(meter(own), floor="2026-06"), "2026-06")
    found = book.run(account(meter({**own, "2026-07-24": 4100}), floor="2026-06"), "2026-07")
    assert (kwh(found), found.kopecks) == (-206, -99_910)
    assert by_month(book.lines) == {"2026-06": 100, "2026-07": 0}


def test_22_a_norm_over_the_step_of_prices_is_settled_twice() -> None:
    """By hand: January's 32 days are 8 at 4.77 and 24 at 4.85."""
    book, own = Book(), {"2025-12-24": 0}
    assert book.run(account(meter(own), floor="2026-01"), "2026-01").kopecks == 75 * 477 + 225 * 485
    own |= {"2026-02-24": 400}
    found = book.run(account(meter(own), floor="2026-01"), "2026-02")
    # 206 kWh in January (52 of them in December), 194 in February.
    assert found.kopecks == 52 * 477 + 154 * 485 + 194 * 485 - (75 * 477 + 225 * 485)
    own |= {"2026-01-24": 290, "2026-03-24": 500}
    found = book.run(account(meter(own), floor="2026-01"), "2026-03")
    assert kwh(found) == 100
    assert by_month(book.lines) == {"2026-01": 290, "2026-02": 110, "2026-03": 100}
    assert kopecks(book.lines) == 75 * 477 + (215 + 110 + 100) * 485


def test_23_a_corrected_price_charges_only_the_difference() -> None:
    book = Book()
    own = meter({"2026-05-24": 0, "2026-06-24": 200, "2026-07-24": 400, "2026-08-24": 600})
    book.run(account(own, floor="2026-06"), "2026-07")
    dearer = (
        table("2026-01-01", "2026-07-01", NEW),
        table("2026-07-01", None, {(1, "single"): ("4.95", "7.17", "11.15")}),
    )
    found = book.run(account(own, floor="2026-06", tables=dearer), "2026-08")
    assert (kwh(found), found.kopecks) == (200, 100_530)


def test_24_wider_ranges_decreed_afterwards() -> None:
    own = meter({"2025-12-24": 0, "2026-01-24": 6200, "2026-02-24": 11_200, "2026-03-24": 14_200})
    book = Book()
    book.run(account(own, floor="2026-01"), "2026-02")
    wider = (table("2025-01-01", "2026-01-01", OLD), table("2026-01-01", None, NEW, (7020, 10_800, None)))
    found = book.run(account(own, floor="2026-01", tables=wider), "2026-03")
    assert (kwh(found), found.kopecks) == (3000, 1_455_000 - 454_696 - 255_200)


def test_25_a_credit_is_a_fact_that_can_be_taken_back() -> None:
    own = meter({"2026-04-24": 0, "2026-05-24": 100, "2026-06-24": 150, "2026-07-24": 200})
    credit = Override(OverrideKind.CREDIT, month("2026-08"), month("2026-08"), kopecks=-50_000)
    book = Book()
    book.run(account(own), "2026-07")
    found = book.run(account(own, overrides=(credit,)), "2026-08")
    assert (kwh(found), found.kopecks) == (67, -17_505)
    given = [line for line in found.post if line.basis is Basis.ADJUSTMENT]
    assert told(given, "range_no", "price", "kwh", "kopecks") == [(1, 0, 0, -50_000)]
    found = book.run(account(own), "2026-08")
    assert (kwh(found), found.kopecks) == (0, 50_000)


def test_26_another_group_from_a_day_on() -> None:
    cheap = table("2026-01-01", None, {(1, "single"): ("3.39", "7.17", "11.15")}, group="1.3")
    facts = account(
        meter({"2026-04-24": 0, "2026-05-24": 300}),
        terms=(AccountTerms("1.1", 3), AccountTerms("1.3", 3, since=day("2026-05-10"))),
        tables=(*TABLES, cheap),
    )
    lines = should(facts, horizon=month("2026-05"))
    assert told(lines, "kwh", "kopecks") == [(160, 77_600), (140, 47_460)]


def test_27_what_a_house_uses_in_common_comes_last() -> None:
    facts = account(
        meter({"2026-04-24": 0, "2026-05-24": 3880}), house=(HouseShare(month("2026-05"), Decimal(50)),)
    )
    lines = should(facts, horizon=month("2026-05"))
    assert told(lines, "kwh", "kopecks") == [(3880, 1_881_800), (20, 9_700), (30, 21_510)]


def test_28_a_meter_programmed_anew_keeps_the_month_in_one_pot() -> None:
    single = meter({"2026-05-24": 0, "2026-06-10": 100}, until="2026-06-10")
    zones = meter({"2026-06-10": (0, 0), "2026-06-24": (40, 20)}, scheme=2)
    lines = should(account([single, zones], floor="2026-06"), horizon=month("2026-06"))
    assert told(lines, "zone", "kwh", "kopecks") == [
        ("single", 100, 48_500),
        ("day", 40, 22_320),
        ("night", 20, 5_820),
    ]


def test_29_losses_are_a_line_of_their_own() -> None:
    losses = (LossShare(Decimal(2), day("2026-01-01")),)
    facts = account(meter({"2026-04-24": 0, "2026-05-24": 500}), losses=losses)
    lines = should(facts, horizon=month("2026-05"))
    assert told(lines, "basis", "kwh", "kopecks") == [
        (Basis.READING, 500, 242_500),
        (Basis.LOSSES, 10, 4_850),
    ]


def test_losses_of_one_month_take_nothing_of_the_days_left_over_to_the_next() -> None:
    """Read on the 24th, the 25th is the border: a volume of June begins on a day of May's."""
    shown = {"2026-04-24": 0, "2026-05-24": 500, "2026-06-24": 1000, "2026-07-15": 1500}
    two = LossShare(Decimal(2), day("2026-04-25"), day("2026-05-25"), 1)
    five = LossShare(Decimal(5), day("2026-05-25"), day("2026-06-25"), 2)
    lines = should(account(meter(shown), losses=(two, five)), horizon=month("2026-07"))
    lost = [line for line in lines if line.basis is Basis.LOSSES]
    assert [(str(line.month), int(line.kwh), line.evidence.decision) for line in lost] == [
        ("2026-05", 10, 1),
        ("2026-06", 25, 2),
    ]


def test_30_half_a_year_of_one_account() -> None:
    own = [
        reading("2026-04-24", (1000, 500), 2),
        reading("2026-05-24", (1160, 560), 2),
        reading("2026-06-24", (1330, 640), 2),
        reading("2026-07-24", (1500, 700), 2),
    ]
    book = Book()
    assert book.run(account(meter(own, scheme=2)), "2026-05").kopecks == 106_740
    assert book.run(account(meter(own, scheme=2)), "2026-06").kopecks == 118_140
    assert book.run(account(meter(own, scheme=2)), "2026-07").kopecks == 112_320
    found = book.run(account(meter(own, scheme=2)), "2026-08")
    assert (kwh(found), found.kopecks) == (234, 112_683)
    own.append(reading("2026-09-24", (1750, 830), 2))
    found = book.run(account(meter(own, scheme=2)), "2026-09")
    assert (kwh(found), found.kopecks) == (146, 64_647)
    autumn: dict[Any, Any] = {
        (str(line.month), line.zone): line.kwh for line in book.lines if str(line.month) >= "2026-08"
    }
    assert autumn == {
        ("2026-08", "day"): 129, ("2026-08", "night"): 67, ("2026-09", "day"): 121, ("2026-09", "night"): 63,
    }  # fmt: skip
    own.append(control("2026-10-20", (1700, 850), 2))
    found = book.run(account(meter(own, scheme=2)), "2026-10")
    assert (kwh(found), found.kopecks) == (-30, -22_080)


def test_31_a_customer_below_a_control_is_a_problem_and_no_choice() -> None:
    facts = account(
        meter([reading("2026-04-24", 900), control("2026-05-20", 1020), reading("2026-06-24", 1010)])
    )
    with pytest.raises(BillingProblem) as refused:
        should(facts, horizon=month("2026-06"))
    assert refused.value.reason is BillingReason.CONTRADICTION
    assert kwh(should(facts, horizon=month("2026-05"))) == 120


def test_32_a_missing_table_is_a_problem_until_it_is_loaded() -> None:
    own = meter({"2026-06-24": 0, "2026-07-24": 200, "2026-08-24": 400, "2026-09-24": 600})
    short: tuple[PriceTable, ...] = (table("2026-01-01", "2026-07-24", NEW),)
    book = Book()
    book.run(account(own, floor="2026-07", tables=short), "2026-07")
    with pytest.raises(BillingProblem) as refused:
        book.run(account(own, floor="2026-07", tables=short), "2026-08")
    assert refused.value.reason is BillingReason.NO_TARIFF
    assert by_month(book.lines) == {"2026-07": 200}
    found = book.run(account(own, floor="2026-07"), "2026-09")
    assert told(found.post, "kopecks") == [97_000, 97_000]


def test_33_what_was_before_the_book_began_is_nobodys() -> None:
    facts = account(meter({"2022-01-24": 0, "2022-07-24": 5000, "2026-04-24": 9000, "2026-05-24": 9100}))
    assert by_month(should(facts, horizon=month("2026-05"))) == {"2026-05": 100}


def test_34_by_the_reading_everything_is_the_last_months() -> None:
    book = Book()

    def facts(second_read: bool) -> AccountFacts:
        found = _two_meters(second_read)
        return replace(found, policies=(policy(0, proration=Proration.AT_READING),))

    assert book.run(facts(False), "2026-06").kopecks == 1_455_000
    book.run(facts(True), "2026-07")
    july = [line for line in book.lines if str(line.month) == "2026-07"]
    assert (kwh(july), kopecks(july)) == (9000, 6_742_200)


@pytest.mark.parametrize("change", ["2026-05-25", "2026-06-01", "2026-06-23", "2026-06-24"])
def test_nothing_used_over_a_change_of_prices_is_one_line(change: str) -> None:
    dearer = {(1, "single"): ("4.95", "7.17", "11.15")}
    tables = (table("2026-01-01", change, NEW), table(change, None, dearer))
    facts = account(meter({"2026-05-24": 100, "2026-06-24": 100}), floor="2026-06", tables=tables)
    lines = should(facts, horizon=month("2026-06"))
    assert told(lines, "kwh", "part_since", "part_until") == [(0, day("2026-05-24"), day("2026-06-24"))]


def test_equal_neighbouring_tables_are_one() -> None:
    used = meter({"2026-05-24": 0, "2026-06-24": 4001})
    tables = (table("2026-01-01", "2026-06-01", NEW), table("2026-06-01", None, NEW))
    lines = should(account(used, floor="2026-06", tables=tables), horizon=month("2026-06"))
    assert told(lines, "range_no", "kwh") == [(1, 3900), (2, 101)]


def test_a_month_nobody_may_charge_and_a_volume_that_people_decide() -> None:
    own = account(meter({"2026-04-24": 0, "2026-05-24": 300, "2026-06-24": 500}))
    free = Override(OverrideKind.NO_CHARGE, month("2026-05"), month("2026-05"))
    lines = should(replace(own, overrides=(free,)), horizon=month("2026-06"))
    assert told(lines, "basis", "kwh", "kopecks") == [(Basis.OVERRIDE, 0, 0), (Basis.READING, 200, 97_000)]
    other = Override(OverrideKind.VOLUME, month("2026-05"), month("2026-05"), point=1, kwh=Decimal(250))
    lines = should(replace(own, overrides=(other,)), horizon=month("2026-06"))
    assert told(lines, "basis", "kwh") == [(Basis.OVERRIDE, 250), (Basis.READING, 200)]
