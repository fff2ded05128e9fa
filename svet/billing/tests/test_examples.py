"""Every published worked example is computed by our rules to the kopeck."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from svet.billing.rules import social_norm, split_ranges
from svet.billing.rules.norms import house_needs, house_needs_by_norm, norm_volume, reading_difference
from svet.billing.tests.facts import priced
from svet.kernel.money import Money
from svet.metering.rules import ZONES
from svet.penalties.rules import percent_per_year, term
from svet.tariffs.rules.tariffs import GroupTariffs, Price

FILE = Path(__file__).parent / "data" / "examples.jsonl"
EXAMPLES = [json.loads(line) for line in FILE.read_text("utf-8").splitlines() if line]
Inputs = dict[str, Any]


def cost(kwh: dict[str, Decimal], prices: dict[str, Decimal]) -> Decimal:
    """Roubles for volumes by zone at one price per zone, by the very pricing of the billing run."""
    scheme = next(number for number, zones in ZONES.items() if {str(zone) for zone in zones} == set(kwh))
    rows = [
        Price(1, scheme, zone, 1, None, price, date(2020, 1, 1), None, False)
        for zone, price in prices.items()
    ]
    lines = priced(GroupTariffs.of("1", rows), scheme, date(2024, 1, 1), kwh)
    return Money(sum(line.kopecks for line in lines)).roubles


def decimals(inputs: Inputs) -> dict[str, Decimal]:
    return {name: Decimal(str(value)) for name, value in inputs.items() if not isinstance(value, list)}


def odn_by_meter(i: Inputs) -> dict[str, Any]:
    d = decimals(i)
    volume = house_needs(
        house=d["V_house"],
        individual=d["V_nonres"] + d["V_no_meter"] + d["V_metered"],
        area=d["S_i"],
        total_area=d["S_total"],
    )
    return {"volume_kwh": volume, "amount_rub": cost({"single": volume}, {"single": d["tariff"]})}


def zero_consumption(i: Inputs) -> dict[str, Any]:
    d = decimals(i)
    own = cost({"single": d["consumption_kwh"]}, {"single": d["tariff"]})
    return {"amount_rub": own + d["odn_rub"]}


def odn_by_norm(i: Inputs) -> dict[str, Any]:
    d = decimals(i)
    volume = house_needs_by_norm(
        norm=d["norm_kwh_m2"], common_area=d["S_common"], area=d["S_i"], total_area=d["S_total"]
    )
    return {"volume_kwh": volume}


def odn_amount(i: Inputs) -> dict[str, Any]:
    d = decimals(i)
    return {"amount_rub": cost({"single": d["volume_kwh"]}, {"single": d["tariff"]})}


def norm(i: Inputs) -> dict[str, Any]:
    d = decimals(i)
    volume = norm_volume(per_person=d["norm_per_person"], persons=int(i["persons"]))
    return {"volume_kwh": volume, "amount_rub": cost({"single": volume}, {"single": d["tariff"]})}


def split(i: Inputs) -> dict[str, Any]:
    d = decimals(i)
    parts = split_ranges({"day": d["day_kwh"], "night": d["night_kwh"]}, [d["limit_kwh"], None])
    return {
        "limit_day_kwh": parts["day"][0],
        "limit_night_kwh": parts["night"][0],
        "over_day_kwh": parts["day"][1],
        "over_night_kwh": parts["night"][1],
    }


def norm_limits(i: Inputs) -> dict[str, Any]:
    d = decimals(i)
    return {
        "limit_kwh": [
            social_norm(n, per_person=d["per_person"], least=d["min_account"]) for n in i["persons"]
        ]
    }


def two_zone(i: Inputs) -> dict[str, Any]:
    d = decimals(i)
    day, night, months = d["day_kwh_month"], d["night_kwh_month"], d.get("months", Decimal(1))
    single = {"single": d["single_tariff"]}
    zones = {"day": d["day_tariff"], "night": d["night_tariff"]}
    year = {"day": day * months, "night": night * months}
    result = {
        "single_month": cost({"single": day + night}, single),
        "two_zone_month": cost({"day": day, "night": night}, zones),
        "single_year": cost({"single": (day + night) * months}, single),
        "two_zone_year": cost(year, zones),
        "day_year": cost({**year, "night": Decimal(0)}, zones),
        "night_year": cost({**year, "day": Decimal(0)}, zones),
        "consumption_year": (day + night) * months,
    }
    return {**result, "difference": result["single_year"] - result["two_zone_year"]}


def difference(i: Inputs) -> dict[str, Any]:
    result: dict[str, Any] = {
        "consumption_kwh": reading_difference(
            previous=Decimal(i["prev"]), current=Decimal(i["cur"]), digits=int(i.get("digits", 5))
        )
    }
    if "prev_date" in i:
        result["days"] = (date.fromisoformat(i["cur_date"]) - date.fromisoformat(i["prev_date"])).days
    return result


def penalty_term(i: Inputs) -> dict[str, Any]:
    d = decimals(i)
    roubles = term(
        debt=Money.of_roubles(d["debt"]), days=i["days"], rate=d["rate_percent"], divisor=i["divisor"]
    )
    return {"penalty_rub": Money.of_roubles(roubles).roubles}


def penalty_rate(i: Inputs) -> dict[str, Any]:
    percent = percent_per_year(rate=Decimal(i["rate_percent"]), divisor=i["divisor"], days=i["days"])
    return {"percent_per_year": percent.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)}


def growth(i: Inputs) -> dict[str, Any]:
    percent = (Decimal(i["new"]) / Decimal(i["old"]) - 1) * 100
    return {"growth_percent": percent.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)}


RULES: dict[str, Callable[[Inputs], dict[str, Any]]] = {
    "ODN-01": odn_by_meter,
    "ODN-03": zero_consumption,
    "ODN-04": odn_by_norm,
    "ODN-05": odn_amount,
    "NORM-01": norm,
    "SPLIT-01": split,
    "SPLIT-02": norm_limits,
    "Z2-02": two_zone,
    "Z2-04": two_zone,
    "Z1-02": two_zone,
    "READ-01": difference,
    "READ-02": difference,
    "READ-03": difference,
    "PEN-01": penalty_term,
    "PEN-02": penalty_rate,
    "IDX-01": growth,
    "IDX-02": growth,
}


def test_every_example_has_a_rule() -> None:
    assert {example["id"] for example in EXAMPLES} == set(RULES)


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["id"] for example in EXAMPLES])
def test_published_example_is_computed_exactly(example: dict[str, Any]) -> None:
    found = RULES[example["id"]](example["inputs"])
    for name, expected in example["expected"].items():
        if isinstance(expected, list):
            assert found[name] == [Decimal(value) for value in expected], name
        else:
            assert Decimal(str(found[name])) == Decimal(str(expected)), name
