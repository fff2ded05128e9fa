"""Meters of other services: what is believed of them, how they are read by SMS, and in which words."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from svet.accounts.tests.factories import NOW, make_account, make_link, make_provider
from svet.kernel.services import Service, Unit
from svet.look.formats import unit_name
from svet.look.services import service_name, service_sentence
from svet.metering import texts
from svet.metering.rules import (
    Dial,
    Doubt,
    Judgement,
    Mark,
    ReadingRefused,
    Zone,
    judge,
    parse_value,
    verification,
)
from svet.metering.rules.bounds import BOUNDS
from svet.metering.tests.factories import make_meter, make_reading
from svet.metering.tests.test_texting import answers, text
from svet.people.tests.factories import make_person

TODAY = date(2026, 11, 20)
METERED = [one for one in Service if one is not Service.ELECTRICITY]


def water(
    value: str, *, service: Service = Service.COLD_WATER, days: int = 30, usual: str | None = None
) -> Judgement:
    dial = Dial(
        zone=Zone.SINGLE, digits=5, decimals=3, ratio=Decimal(1),
        base=Mark(Decimal("100.000"), 0, TODAY - timedelta(days=days)),
        usual_daily=None if usual is None else Decimal(usual), service=service,
    )  # fmt: skip
    return judge(dials=[dial], values={Zone.SINGLE: Decimal(value)}, read_on=TODAY)


@pytest.mark.parametrize(
    ("value", "doubts"),
    [
        ("104.231", set()),
        ("154.999", set()),
        ("156.000", {Doubt.ABOVE_USUAL}),
        ("2259.999", {Doubt.ABOVE_USUAL}),
        ("2261.000", {Doubt.ABOVE_TECHNICAL}),
        ("100.000", {Doubt.ZERO}),
    ],
)
def test_a_flat_without_a_history_is_believed_some_cubic_metres(value: str, doubts: set[Doubt]) -> None:
    assert set(water(value).doubts) - {Doubt.EXTRA_DIGIT} == doubts


def test_what_is_usual_of_water_is_held_against_water() -> None:
    assert not water("113.000", usual="0.15").doubts
    assert Doubt.ABOVE_USUAL in water("115.000", usual="0.15").doubts
    # The same digits of electricity ask nobody anything.
    assert not water("190.000", service=Service.ELECTRICITY, usual="1").doubts


def test_heat_is_counted_in_parts_of_a_gcal() -> None:
    assert not water("101.250", service=Service.HEAT).doubts
    assert Doubt.ABOVE_TECHNICAL in water("116.000", service=Service.HEAT).doubts


@pytest.mark.parametrize("service", list(Service))
def test_every_service_has_its_bounds_words_and_unit(service: Service) -> None:
    bounds = BOUNDS[service]
    assert 0 < bounds.unknown_daily < bounds.most_daily
    assert service_name(service)
    assert unit_name(service.unit)
    assert service_name(service) in service_sentence(service)


@pytest.mark.parametrize("service", METERED)
def test_no_question_of_it_speaks_of_electricity(service: Service) -> None:
    judgement = water("2261.000", service=service)
    unit = unit_name(service.unit)
    said = [texts.question(doubt, judgement) for doubt in Doubt]
    said += [texts.doubts_line([Doubt.ABOVE_TECHNICAL], service), texts.scale_name(Zone.SINGLE, service)]
    said.append(texts.values_line({Zone.SINGLE: Decimal("12.345")}, service.unit))
    for days in (100, -100):
        check = verification(verified_on=date(2020, 1, 1), next_on=TODAY + timedelta(days=days), today=TODAY)
        said.append(texts.verification_advice(check, service))
    assert not [text for text in said if "кВт" in text or "линия" in text or "гарантирующий" in text]
    assert said[-3] == f"12,345\u00a0{unit}"
    assert texts.scale_name(Zone.SINGLE, service) == service_name(service)


def test_a_whole_dial_of_water_asks_for_a_whole_number() -> None:
    with pytest.raises(ReadingRefused) as refused:
        parse_value("12,5", digits=5, decimals=0, unit=Unit.M3)
    assert "киловатт" not in texts.explain(refused.value)
    with pytest.raises(ReadingRefused) as refused:
        parse_value("12,5", digits=5, decimals=0)
    assert "киловатт" in texts.explain(refused.value)


@pytest.mark.django_db
def test_a_text_with_cubic_metres_is_answered_in_cubic_metres() -> None:
    anna = make_person()
    provider = make_provider(code="voda", name="Водоканал", service=Service.COLD_WATER)
    account = make_account(provider=provider, tariff_group="")
    make_link(person=anna, account=account, confirmed=True)
    meter = make_meter(account=account, initial={Zone.SINGLE: Decimal("212.345")}, digits=5, decimals=3)
    make_reading(meter, "250.120", read_on=date(2026, 10, 20))
    text(anna.phone, "254,351")
    (answer,) = answers()
    assert "254,351\u00a0м³" in answer
    assert "отдадим их поставщику за" in answer
    assert "войдут в счёт" not in answer
    text(anna.phone, "354,351", at=NOW + timedelta(days=1))
    asked = answers()[-1]
    assert "заметно больше обычного" in asked or "лишнюю цифру" in asked
    assert "кВт" not in asked
