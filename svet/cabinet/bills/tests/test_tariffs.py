"""«Тарифы»: prices with sources and marks, and the calculator."""

from __future__ import annotations

import io

import pytest
from django.test import Client

from svet.accounts.tests.factories import make_account, make_link
from svet.billing import operations
from svet.billing.tests.factories import NOW, load_chelyabinsk
from svet.people.tests.factories import make_person
from svet.tariffs.operations.loading import SHIPPED

pytestmark = pytest.mark.django_db


def page(address: str = "", client: Client | None = None) -> str:
    response = (client or Client()).get(f"/tariffs/{address}")
    assert response.status_code == 200
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_published_prices_stand_with_their_source_and_without_a_mark() -> None:
    load_chelyabinsk()
    text = page("?group=1.1&on=2024-08-01")
    for price in ("4,24 ₽", "6,27 ₽", "9,75 ₽", "12,67 ₽"):
        assert price in text
    assert "до 11 160 кВт·ч" in text
    assert "https://uralsbyt.ru/ul/clients/tarify-i-normativy/" in text
    assert "Демонстрационные цены" not in text


def test_made_up_prices_are_marked_and_explained() -> None:
    load_chelyabinsk()
    text = page("?group=1.1&on=2026-11-22")
    assert "Демонстрационные цены" in text
    assert "продолжены прежние" in text


def test_page_opens_on_the_group_of_the_persons_account() -> None:
    load_chelyabinsk()
    anna = make_person()
    make_link(person=anna, account=make_account(tariff_group="1.3"))
    client = Client()
    client.force_login(anna)
    assert "группа 1.3" in page("?on=2026-11-22", client)
    assert "группа 1.1" in page("?on=2026-11-22")


def test_other_region_is_only_data() -> None:
    load_chelyabinsk()
    operations.load_tariffs(file=SHIPPED / "ryazan-2025.csv", now=NOW)
    text = page("?region=Рязанская область&on=2025-03-01")
    assert "6,33 ₽" in text
    assert "Демонстрационные цены" not in text


def test_region_of_the_past_opens_on_its_last_prices() -> None:
    operations.load_tariffs(file=SHIPPED / "ryazan-2025.csv", now=NOW)
    assert "6,33 ₽" in page("?group=%00")


def test_calculator_compares_the_schemes() -> None:
    load_chelyabinsk()
    text = page("?group=1.1&on=2024-08-01&day=100&night=50&peak=40")
    assert "636,00 ₽" in text  # 150 × 4,24
    assert "615,00 ₽" in text  # 100 × 4,88 + 50 × 2,54
    assert "601,80 ₽" in text  # 40 × 5,51 + 60 × 4,24 + 50 × 2,54
    assert text.count("дешевле всего") == 1


@pytest.mark.parametrize(
    "address",
    [
        "?day=٣٦٠",
        "?day=-5",
        "?day=1e3",
        "?day=3_600",
        "?day=" + "9" * 5000,
        "?day=1&day=2",
        "?day=1%00",
        "?day=10&peak=11",
        "?day=<script>alert(1)</script>",
    ],
)
def test_bad_volume_is_answered_beside_the_field(address: str) -> None:
    load_chelyabinsk()
    text = page(address)
    assert "field--error" in text
    assert "Стоимость" not in text
    assert "<script>alert" not in text


@pytest.mark.parametrize(
    "address",
    [
        "?on=2026-02-30",
        "?on=tomorrow",
        "?on=9999-99-99",
        "?on=1900-01-01",
        "?region=нет&group=%00",
        "?group=9.9",
    ],
)
def test_wrong_choice_falls_back_to_what_there_is(address: str) -> None:
    load_chelyabinsk()
    assert "Тарифы" in page(address)


def test_page_without_tariffs_says_so() -> None:
    assert "На эту дату цен нет" in page()


def test_what_a_publication_leaves_out_is_said_and_never_shown_as_another_price() -> None:
    rows = [
        "1;single;1;?;;;5,01", "1;single;2;;;;7,02",
        "2;day;1;;75;110;6,03", "2;day;2;;;;8,04", "2;night;2;;;;4,05",
    ]  # fmt: skip
    heading = (
        "region;group_code;group_name;valid_from;valid_to;zone_scheme;zone;range_no;range_upper_kwh;"
        "range_upper_per_person;range_upper_least;price_rub_per_kwh;source_url"
    )
    for scheme, start in (("1", "01.01.2026;31.01.2026"), ("2", "01.02.2026;28.02.2026")):
        lines = [f"Край;1;Население;{start};{row};" for row in rows if row.startswith(scheme)]
        operations.load_tariffs(file=io.BytesIO("\n".join([heading, *lines]).encode()), now=NOW)
    text = page("?region=Край&on=2026-01-10&day=10&night=0")
    for words in ("диапазон 1, предел не опубликован", "сверх диапазона 1", "5,01 ₽", "7,02 ₽"):
        assert words in text
    assert "дешевле всего" not in text
    text = page("?region=Край&on=2026-02-10")
    assert "до 75 кВт·ч на человека" in text
    night = text[text.index("Ночь") :]
    assert night.index("—") < night.index("4,05 ₽")
