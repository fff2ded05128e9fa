from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svet.billing.rules.houses import HouseShare, HouseVolume, HouseWay
from svet.bills.rules import (
    BillStreams,
    CodeImpossible,
    LinePart,
    PaymentBlock,
    TariffChange,
    UsageChange,
    canonical,
    compare,
    digest,
    document_number,
    due_on,
    from_snapshot,
    payment_code,
    payment_qr,
    to_snapshot,
    written,
)
from svet.bills.tests.factories import make_document, make_large_document, make_line, make_varied_document
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.penalties.rules.showing import PenaltyLine, ShownCause, ShownPart

REQUISITES: dict[str, Any] = {
    "name": "ООО «Уралэнергосбыт»",
    "personal_account": "40702810000000012345",
    "bank_name": "Банк «Пример»",
    "bic": "047501000",
    "correspondent_account": "30101810000000000000",
    "amount": Money(123_456),
    "purpose": "Оплата",
    "payee_inn": "7453000000",
    "kpp": "745301001",
    "account_number": "0356067000",
    "period": Month(2026, 11),
}


SHARE = HouseShare(
    Month(2026, 11),
    Decimal("12.345"),
    HouseVolume("Д-1", HouseWay.METER, Decimal(900), Decimal("850.5"), None, Decimal("3000.10")),
    Decimal("40.1"),
    up=True,
    no=7,
)
PARTS = (
    ShownPart(
        (
            PenaltyLine(
                "2610-1", date(2026, 11, 16), date(2026, 11, 17), date(2026, 12, 1), 1, 5, Decimal(16), 300, 1
            ),
        ),
        unchanged=1,
        before=2,
        waived=3,
        kopecks=4,
        through=date(2026, 12, 1),
        cause=ShownCause.DAYS,
    ),
)


def test_payment_code_keeps_the_order_of_the_standard() -> None:
    text = payment_code(make_document()).decode()
    head, *fields = text.split("|")
    assert head == "ST00012"
    keys = [field.partition("=")[0] for field in fields]
    assert keys[:5] == ["Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc"]
    assert keys[5:] == ["Sum", "Purpose", "PayeeINN", "KPP", "PersAcc", "PaymPeriod"]
    values = dict(field.split("=", 1) for field in fields)
    assert values["Sum"] == "101124"
    assert values["PersAcc"] == "0356067000"
    assert values["PaymPeriod"] == "112026"


def test_separator_never_occurs_in_values() -> None:
    text = payment_qr(
        block=PaymentBlock(**REQUISITES | {"name": "ООО «А|Б»", "purpose": "свет ~ тепло"})
    ).decode()
    assert text.startswith("ST00012^Name=ООО «А|Б»^PersonalAcc=")
    with pytest.raises(CodeImpossible):
        payment_qr(block=PaymentBlock(**REQUISITES | {"name": "|~^_#"}))


def test_overpaid_bill_leaves_the_sum_to_the_payer() -> None:
    assert b"Sum=" not in payment_code(make_document(paid=10_000_000))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("personal_account", "123"),
        ("bic", ""),
        ("bic", "٠٤٧٥٠١٠٠٠"),
        ("correspondent_account", "x"),
        ("name", " "),
    ],
)
def test_requisites_banks_refuse_make_no_code(field: str, value: str) -> None:
    with pytest.raises(CodeImpossible):
        payment_qr(block=PaymentBlock(**REQUISITES | {field: value}))


@given(name=st.text(min_size=1, max_size=300), purpose=st.text(max_size=400))
def test_any_text_gives_a_readable_block_or_a_refusal(name: str, purpose: str) -> None:
    try:
        text = payment_qr(block=PaymentBlock(**REQUISITES | {"name": name, "purpose": purpose})).decode()
    except CodeImpossible:
        return
    fields = dict(part.split("=", 1) for part in text[8:].split(text[7]))
    assert 1 <= len(fields["Name"]) <= 160
    assert fields["PersonalAcc"] == REQUISITES["personal_account"]
    assert fields["PersAcc"] == "0356067000"
    assert "\n" not in text


@pytest.mark.parametrize(
    ("period", "due_day", "expected"),
    [
        (Month(2025, 12), 15, date(2026, 1, 10)),
        (Month(2026, 1), 15, date(2026, 2, 10)),
        (Month(2026, 2), 15, date(2026, 3, 15)),
        (Month(2026, 11), 15, date(2026, 12, 15)),
        (Month(2027, 1), 31, date(2027, 2, 28)),
    ],
)
def test_due_day_moves_with_the_law(period: Month, due_day: int, expected: date) -> None:
    assert due_on(period=period, due_day=due_day) == expected


def test_document_number_tells_month_account_and_version() -> None:
    number = document_number(account_number="0356067000", period=Month(2026, 11), version=1)
    assert number == "2611-0356067000"
    assert document_number(account_number="1", period=Month(2026, 1), version=2) == "2601-1/2"


def test_snapshot_comes_back_as_it_was() -> None:
    for document in (make_document(), make_large_document()):
        snapshot = to_snapshot(document)
        assert from_snapshot(snapshot) == document
        assert digest(canonical(snapshot)) == digest(canonical(to_snapshot(from_snapshot(snapshot))))
        assert len(digest(canonical(snapshot))) == 64


@pytest.mark.parametrize("number", range(40))
def test_the_text_written_at_once_is_the_canonical_one(number: int) -> None:
    document = make_varied_document(number) if number > 2 else make_large_document()
    sums = replace(document.sums, penalty=number % 2 * 1_234)
    streams = BillStreams(1, 2, 3, 4, 5, 6, 7, PARTS) if number % 3 == 0 else None
    line = replace(
        document.lines[0],
        corrects=date(2026, 9, 1),
        was=(LinePart(Decimal("1.500"), Decimal("4.77000"), 716, "norm"),),
        base=(date(2026, 8, 1), date(2026, 7, 1)),
        decision='№ 7 «об "ошибке"» \\ \t\x01\x7f\u2028\U0001f4a1',
        house=SHARE if number % 2 else None,
    )
    prices = {"single/2": Decimal(5), "day/1": Decimal("0E-5"), "Ночь/1": Decimal("-1.20")}
    document = replace(
        document, sums=sums, streams=streams, lines=(*document.lines, line), previous_prices=prices
    )
    assert written(document) == canonical(to_snapshot(document))


def test_snapshot_hash_notices_any_change() -> None:
    snapshot = to_snapshot(make_document())
    changed = to_snapshot(replace(make_document(), due_on=date(2026, 12, 16)))
    assert digest(canonical(snapshot)) != digest(canonical(changed))


def test_comparison_says_how_much_more_and_whether_prices_moved() -> None:
    more = compare(make_document())
    assert (more.change, more.difference_kwh, more.tariff) == (
        UsageChange.MORE,
        Decimal(38),
        TariffChange.SAME,
    )
    less = compare(make_document(previous_kwh=Decimal(300)))
    assert (less.change, less.difference_kwh) == (UsageChange.LESS, Decimal(-88))
    assert compare(make_document(previous_kwh=Decimal(212))).change is UsageChange.SAME
    first = compare(make_document(previous_kwh=None))
    assert (first.change, first.tariff) == (UsageChange.NONE, TariffChange.UNKNOWN)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({"day/1": Decimal(4), "night/1": Decimal(2)}, TariffChange.ROSE),
        ({"day/1": Decimal(6), "night/1": Decimal(4)}, TariffChange.FELL),
        ({"day/1": Decimal(4), "night/1": Decimal(4)}, TariffChange.CHANGED),
        ({"day/1": Decimal(5), "night/1": Decimal(3)}, TariffChange.SAME),
        ({"single/1": Decimal(5)}, TariffChange.UNKNOWN),
    ],
)
def test_prices_are_compared_zone_by_zone(before: dict[str, Decimal], expected: TariffChange) -> None:
    lines = (make_line(zone="day", price=Decimal(5)), make_line(zone="night", price=Decimal(3)))
    document = replace(make_document(lines=lines), previous_prices=before)
    assert compare(document).tariff is expected
