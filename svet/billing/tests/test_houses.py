"""Common needs of houses: from the house's meter to a line of each account, and back by a correction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from svet.accounts.models import Provider
from svet.accounts.operations import end_contract
from svet.accounts.queries.suppliers import provider_by_id
from svet.accounts.tests.factories import make_account, make_provider
from svet.billing.models import (
    ChargeLine,
    HouseMonthRow,
    HouseProblem,
    HouseRow,
    HouseShareRow,
    Problem,
)
from svet.billing.operations.proving import prove
from svet.billing.queries import broken, broken_houses
from svet.billing.queries.explaining import explanation
from svet.billing.queries.house_books import untold_houses
from svet.billing.queries.months import checked_month
from svet.billing.rules.explanation import read, replayed, written
from svet.billing.rules.house_file import HouseFault, HouseFile, HouseFileRefused
from svet.billing.rules.houses import HouseVolume, HouseWay, MeterMonth, divided, metered, part_of
from svet.billing.rules.month_checks import CheckedPoint, CheckState, MonthPoint
from svet.billing.rules.pricing import amount
from svet.billing.tests.factories import NOW, load_chelyabinsk, make_metered_account
from svet.billing.tests.houses import (
    AREAS,
    BY,
    DECEMBER,
    LATER,
    NOVEMBER,
    area_sum,
    make_flats,
    make_house,
    move_in,
    read_flats,
    read_house,
    run,
    take,
)
from svet.billing.texts.months import point_text
from svet.metering.tests.factories import make_reading
from svet.tariffs.models import NormRow
from svet.tariffs.operations.norms import withdraw_norms

pytestmark = pytest.mark.django_db


def house_lines(month: str = "2026-11-01") -> list[ChargeLine]:
    return list(
        ChargeLine.objects.filter(basis="house", month=month).order_by("account_id", "period", "position")
    )


def test_a_house_charges_its_flats_what_its_meter_shows_beyond_them() -> None:
    make_house()
    meters = make_flats()
    read_house("2026-11", "1020")
    report = run(NOVEMBER)
    assert report.problems == 0
    lines = house_lines()
    # (20 × 30 − 427) × m² ÷ 200
    assert [line.kwh for line in lines] == [Decimal("43.337"), Decimal("28.804"), Decimal("60.55")]
    assert [line.account_id for line in lines] == [meter.account_id for meter in meters]
    assert all(line.kopecks == amount(line.kwh, line.price) for line in lines)


def test_a_flat_is_told_the_formula_and_the_file_recomputes_it() -> None:
    make_house()
    make_flats()
    read_house("2026-11", "1020")
    run(NOVEMBER)
    (first, *_) = house_lines()
    told = explanation(first.account_id, NOVEMBER)
    assert told is not None
    assert told.exact
    (share,) = told.facts.house
    assert share.volume == HouseVolume("H-1", HouseWay.DIRECT, Decimal(600), Decimal(427), None, Decimal(200))
    assert (share.kwh, share.area, share.no) == (first.kwh, Decimal("50.10"), first.house_share_id)
    again = read(written(told))
    assert again == told
    assert replayed(again) == []
    lied = replace(share, kwh=share.kwh + 1)
    assert replayed(replace(told, facts=replace(told.facts, house=(lied,)))) != []


def test_a_house_that_nobody_read_stops_its_flats_until_somebody_did() -> None:
    make_house()
    make_flats()
    report = run(NOVEMBER)
    assert (report.charges, report.problems) == (0, 3)
    assert set(Problem.objects.values_list("reason", flat=True)) == {"no_house_volume"}
    assert HouseProblem.objects.get().reason == "house_no_reading"
    read_house("2026-11", "1020")
    report = run(NOVEMBER, accounts=list(Problem.objects.values_list("account_id", flat=True)))
    assert (report.charges, report.problems) == (3, 0)
    assert not HouseProblem.objects.exists()
    assert len(house_lines()) == 3


def test_a_house_that_nobody_read_is_named_before_the_month_is_charged() -> None:
    make_house()
    assert untold_houses(provider_id=provider_id(), period=NOVEMBER) == {}, "nobody of ours lives there"
    make_flats()
    (code,) = untold_houses(provider_id=provider_id(), period=NOVEMBER)
    assert untold_houses(provider_id=provider_id(), period=NOVEMBER) == {code: 3}
    assert code == HouseRow.objects.get().code
    (point,) = (each for each in month_points() if each.point is MonthPoint.HOUSES)
    assert point.state is not CheckState.OK
    assert code in point_text(point)
    read_house("2026-11", "1020")
    assert untold_houses(provider_id=provider_id(), period=NOVEMBER) == {}


def provider_id() -> int:
    return Provider.objects.get().pk


def month_points() -> list[CheckedPoint]:
    provider = provider_by_id(provider_id())
    return checked_month(provider=provider, period=NOVEMBER, today=date(2026, 11, 27), published_only=False)


def test_a_corrected_reading_of_the_house_posts_the_difference_next_month() -> None:
    make_house()
    meters = make_flats()
    read_house("2026-11", "1020")
    run(NOVEMBER)
    assert read_house("2026-11", "1018", at=LATER).corrected == 1
    read_house("2026-12", "1030", at=LATER)
    read_flats(meters, 1250)
    report = run(DECEMBER)
    assert report.problems == 0
    # November: (540 − 427) × 50.1 ÷ 200 = 28.3065
    lines = [
        (str(line.period)[:7], line.kwh, line.cause, line.reverses_id is not None)
        for line in house_lines()
        if line.account_id == meters[0].account_id
    ]
    assert lines == [
        ("2026-11", Decimal("43.337"), "first", False),
        ("2026-12", Decimal("-43.337"), "house", True),
        ("2026-12", Decimal("28.307"), "house", False),
    ]
    assert HouseMonthRow.objects.filter(month="2026-11-01", gone_at__isnull=True).get().house_kwh == 540
    for month in (NOVEMBER, DECEMBER):
        told = explanation(meters[0].account_id, month)
        assert told is not None
        assert told.exact
        assert replayed(told) == []
    assert broken() == []
    assert broken_houses() == []
    # Nothing is left to do: the month is frozen.
    run(DECEMBER)
    assert HouseMonthRow.objects.count() == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_housereading SET value = value - 1",
        "UPDATE billing_housemonth SET house_kwh = house_kwh + 30",
        "UPDATE billing_housemonth SET rooms_kwh = rooms_kwh - 1",
        "UPDATE billing_housestay SET area = area + 1",
        "UPDATE billing_houseshare SET kwh = kwh + 1",
        "UPDATE billing_houseshare SET up = NOT up",
        "UPDATE billing_houseterms SET total_area = 201",
        "UPDATE billing_housemeter SET ratio = 29",
    ],
)
def test_verify_computes_the_common_needs_again_from_the_readings(statement: str) -> None:
    make_house()
    make_flats()
    read_house("2026-11", "1020")
    run(NOVEMBER)
    assert prove(since=False, now=NOW).looked == prove(since=True, now=NOW).unmoved == 3
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert len(broken_houses()) == 1
    if "month" in statement or "share" in statement:
        assert broken() != []
        assert prove(since=True, now=NOW).unmoved == 0


def test_a_house_that_used_less_than_its_flats_charges_nothing_and_says_so() -> None:
    make_house()
    make_flats()
    read_house("2026-11", "1010")
    run(NOVEMBER)
    assert [(line.kwh, line.kopecks) for line in house_lines()] == [(Decimal(0), 0)] * 3


@pytest.mark.parametrize(
    ("terms", "value", "common"),
    [
        ({"way": "meter", "common": "50", "norm": "2"}, "1020", "100"),  # formula 15 is the roof
        ({"way": "meter", "common": "50", "norm": "9"}, "1020", "173"),
        ({"way": "meter"}, "1020", "173"),  # no norm known: no roof
        ({"way": "norm", "common": "50", "norm": "0.7"}, "", "35"),
        ({"losses": "2.5"}, "1020", "188"),  # 600 + 15 − 427
        ({"ratio": "30"}, "1020", "173"),
        ({"ratio": "1"}, "1500", "73"),
    ],
)
def test_ways_of_counting(terms: dict[str, str], value: str, common: str) -> None:
    make_house(**terms)
    make_flats()
    if value:
        read_house("2026-11", value)
    assert run(NOVEMBER).problems == 0
    frozen = HouseMonthRow.objects.get()
    shares = HouseShareRow.objects.filter(house_month=frozen)
    assert sum(share.kwh for share in shares) == (Decimal(common) * area_sum() / 200).quantize(
        Decimal("0.001")
    )
    assert [line.kwh for line in house_lines()] == [share.kwh for share in shares.order_by("account_id")]


def test_common_needs_fill_the_flats_ranges_only_where_the_owners_manage_the_house() -> None:
    """Scenario 27: 3,880 of the flat and 50 in common, first range 3,900."""
    for way in ("direct", "meter"):
        code = f"H-{way}"
        make_house(code=code, way=way, total="100", ratio="1")
        load_chelyabinsk()
        account, meter = make_metered_account(installed_on=date(2026, 10, 20))
        make_reading(meter, 1000 + 3880, read_on=date(2026, 11, 20))
        move_in(account, "100", code=code)
        read_house("2026-11", str(1000 + 3930), code=code)
    run(NOVEMBER)
    direct, meter_ = HouseMonthRow.objects.order_by("house__code")
    for frozen, wanted in ((direct, [(1, Decimal(20)), (2, Decimal(30))]), (meter_, [(1, Decimal(50))])):
        share = HouseShareRow.objects.get(house_month=frozen)
        found = [(line.range_no, line.kwh) for line in house_lines() if line.account_id == share.account_id]
        assert found == wanted


def test_rooms_of_others_and_a_replaced_meter_count() -> None:
    make_house(ratio="1")
    meters = make_flats()
    read_house("2026-11", "2000", others="500")
    run(NOVEMBER)
    assert HouseMonthRow.objects.get().rooms_kwh == 927
    take(
        HouseFile.HOUSES,
        "house;address;from;way;total_area;meter;digits;ratio;initial;replaces;final",
        "H-1;ул. Мира, 1;2026-12;direct;200;M-2;6;40;5;M-1;2000",
        at=LATER,
    )
    read_house("2026-12", "35", others="0", at=LATER)
    read_flats(meters, 1250)
    assert run(DECEMBER).problems == 0
    december = HouseMonthRow.objects.get(month="2026-12-01", gone_at__isnull=True)
    assert december.house_kwh == 1200
    assert HouseMonthRow.objects.get(month="2026-11-01", gone_at__isnull=True).house_kwh == 1000


def test_who_leaves_the_house_has_no_part_of_later_months() -> None:
    make_house(ratio="1")
    meters = make_flats()
    read_house("2026-11", "1500")
    run(NOVEMBER)
    move_in(meters[0].account, AREAS[0], until="2026-11", at=LATER)
    read_flats(meters, 1250)
    read_house("2026-12", "1700", at=LATER)
    run(DECEMBER)
    assert {line.account_id for line in house_lines("2026-12-01")} == {each.account_id for each in meters[1:]}
    assert len(house_lines()) == 3


def test_an_account_that_cannot_be_told_stops_the_house_with_its_number() -> None:
    make_house()
    make_flats()
    silent, _ = make_metered_account(installed_on=date(2026, 10, 20))
    move_in(silent, "10")
    read_house("2026-11", "1020")
    run(NOVEMBER)
    problem = HouseProblem.objects.get()
    assert (problem.reason, problem.details["account"]) == ("house_room_unknown", silent.number)


def test_a_register_is_taken_whole_or_not_at_all() -> None:
    make_house()
    with pytest.raises(HouseFileRefused) as refused:
        take(
            HouseFile.READINGS,
            "house;meter;month;value",
            "H-1;;2026-11;1020",
            "H-2;;2026-11;5",
            "H-1;;ноябрь;5",
            "H-1;;2026-11;999",
            "H-1;M-9;2026-11;1020",
            "H-1;;2026-11;",
        )
    assert [(each.row, each.column, each.fault) for each in refused.value.errors] == [
        (3, "house", HouseFault.NO_HOUSE),
        (4, "month", HouseFault.MONTH),
        (5, "value", HouseFault.READING_LOWER),
        (6, "meter", HouseFault.WHICH_METER),
        (7, "value", HouseFault.EMPTY),
    ]
    assert read_house("2026-11", "1020").added == 1
    assert read_house("2026-11", "1020").unchanged == 1


AREA = st.decimals(min_value="0.01", max_value="400", places=2)
KWH = st.decimals(min_value=0, max_value=100_000, places=3)


@given(kwh=KWH, areas=st.lists(AREA, min_size=1, max_size=60), rest=st.decimals(0, 500, places=2))
def test_parts_together_are_the_whole(kwh: Decimal, areas: Sequence[Decimal], rest: Decimal) -> None:
    """A naive second calculation: every part within a thousandth of the fraction, their sum exact."""
    whole = sum(areas, Decimal(0)) + rest
    by_room = dict(enumerate(areas))
    up = divided(kwh, by_room, whole=whole)
    parts = [part_of(kwh, area, whole, up=up[key]) for key, area in by_room.items()]
    for part, area in zip(parts, areas, strict=True):
        assert abs(Fraction(part) - Fraction(kwh) * Fraction(area) / Fraction(whole)) < Fraction(1, 1000)
    exact = Fraction(kwh) * Fraction(whole - rest) / Fraction(whole)
    assert abs(Fraction(sum(parts)) - exact) <= Fraction(1, 2000)
    if not rest:
        assert sum(parts) == kwh
    # Kopecks: every line rounds by itself, so n of them are within n halves of the whole's price.
    price = Decimal("4.85")
    total = sum(amount(part, price) for part in parts)
    assert abs(total - Fraction(sum(parts)) * Fraction(price) * 100) <= Fraction(len(parts), 2)


def test_a_dial_of_a_house_turns_over_only_where_somebody_says_so() -> None:
    assert metered([MeterMonth(Decimal(99990), Decimal(10), 5, Decimal(30), True)], losses=Decimal(0)) == 600


def test_verify_knows_the_norms_and_the_contracts_by_which_a_house_was_counted() -> None:
    """A flat without a meter is charged by the norm of the region, which was wrong; another flat is sold."""
    make_house()
    (meter, *_) = make_flats()
    bare = make_account(residents=2)
    move_in(bare, "40")
    region = make_provider().region
    norm = NormRow.objects.create(region=region, valid_from=date(2026, 1, 1), kwh=Decimal(30), loaded_at=NOW)
    read_house("2026-11", "1020")
    assert run(NOVEMBER).problems == 0
    withdraw_norms(region=region, first=norm.valid_from, document="опечатка", by=BY, now=LATER)
    NormRow.objects.create(region=region, valid_from=date(2026, 1, 1), kwh=Decimal(60), loaded_at=LATER)
    assert broken_houses() == []
    end_contract(
        by=BY, account_public_id=meter.account.public_id, on=date(2026, 11, 5), reason="заявление", now=LATER
    )
    assert broken_houses() == []
