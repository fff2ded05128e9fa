"""ATOL Online v5: what goes over the wire, and what each of its answers means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from svet.gateways.acquiring.wire import BankAnswer
from svet.gateways.failures import Permanent, Temporary, Unreached
from svet.gateways.fiscal import atol, serves
from svet.gateways.fiscal.atol import Atol
from svet.gateways.fiscal.limits import DEAREST, LONGEST_NAME, MOST_ITEMS, beyond
from svet.gateways.fiscal.port import (
    FiscalCorrection,
    FiscalDocument,
    FiscalItem,
    FiscalMethod,
    FiscalStanding,
    FiscalSubject,
    FiscalVerb,
    Seller,
)
from svet.gateways.fiscal.wire import exact_json
from svet.kernel.money import Money
from svet.sandbox.world.faults import BankFault
from tests.till import RunningTill, running_till

MOSCOW = ZoneInfo("Europe/Moscow")
DOCUMENT = FiscalDocument(
    external_id="one",
    verb=FiscalVerb.SELL,
    seller=Seller("7450000001", "https://portal.example", "osn", "kassa@portal.example"),
    email="anna@example.ru",
    phone="",
    items=(
        FiscalItem(
            "Электроэнергия, л/с 1",
            Money(300_10),
            FiscalMethod.FULL_PAYMENT,
            FiscalSubject.SERVICE,
            "vat22",
            Money(54_12),
        ),
        FiscalItem(
            "Аванс за электроэнергию, л/с 1",
            Money(1),
            FiscalMethod.ADVANCE,
            FiscalSubject.ADVANCE,
            "vat122",
            Money(0),
        ),
    ),
    at=datetime(2026, 11, 22, 12, 0, tzinfo=MOSCOW),
)


@pytest.fixture
def till(tmp_path: Path) -> Iterator[RunningTill]:
    with running_till(tmp_path) as running:
        yield running


@pytest.fixture
def adapter(till: RunningTill) -> Atol:
    return Atol.from_url(till.url)


def test_a_document_is_registered_once_by_its_name_and_has_its_numbers(
    till: RunningTill, adapter: Atol
) -> None:
    name = adapter.register(document=DOCUMENT)
    assert adapter.register(document=DOCUMENT) == name
    report = adapter.report(name=name)
    assert (report.standing, report.total) == (FiscalStanding.DONE, Money(300_11))
    assert (report.document_number, report.storage_number) == ("1001", "9999078900001234")
    assert report.url == f"http://127.0.0.1:{till.port}/rec/9999078900001234/1001"
    shown = httpx.get(report.url)
    assert shown.status_code == 200
    assert "300,11" in shown.text
    assert httpx.get(report.url[:-1] + "2").status_code == 404
    (document,) = till.till.documents()
    assert document["timestamp"] == "22.11.2026 12:00:00"


def test_the_body_has_the_published_fields_and_its_sums_digit_for_digit() -> None:
    text = exact_json(atol._document(DOCUMENT)).decode()
    assert '"sum":300.10' in text
    assert '"total":300.11' in text
    assert '"sum":0.01' in text
    # src/V5/DTO/DocumentRegistration of sushi-market/atol-online-sdk at 635bce0.
    body = atol._document(DOCUMENT)
    assert set(body) == {"external_id", "receipt", "timestamp"}
    assert set(body["receipt"]) == {"client", "company", "items", "payments", "vats", "total"}
    assert set(body["receipt"]["company"]) == {"email", "sno", "inn", "payment_address"}
    assert set(body["receipt"]["items"][0]) == {
        "name",
        "price",
        "quantity",
        "measure",
        "sum",
        "payment_method",
        "payment_object",
        "vat",
    }


CORRECTION = replace(
    DOCUMENT, verb=FiscalVerb.SELL_CORRECTION, correction=FiscalCorrection("self", date(2026, 11, 20))
)


def test_a_correction_has_the_published_fields() -> None:
    """src/V5/DTO/DocumentCorrection of sushi-market/atol-online-sdk at 635bce0."""
    body = atol._document(CORRECTION)
    assert set(body) == {"external_id", "correction", "timestamp"}
    assert set(body["correction"]) == {
        *("client", "company", "correction_info", "items", "payments", "vats", "total")
    }
    assert body["correction"]["correction_info"] == {"type": "self", "base_date": "20.11.2026"}


def test_a_correction_is_registered_with_an_address_or_without(till: RunningTill, adapter: Atol) -> None:
    name = adapter.register(document=CORRECTION)
    assert adapter.report(name=name).total == Money(300_11)
    adapter.register(document=replace(CORRECTION, external_id="two", email=""))
    with_address, without = till.till.documents()
    assert with_address["correction"]["client"] == {"email": "anna@example.ru"}
    assert "client" not in without["correction"]


@pytest.mark.parametrize(
    "correction", [FiscalCorrection("instruction", date(2026, 11, 20)), FiscalCorrection("why", date.max)]
)
def test_an_order_without_its_number_or_another_basis_is_refused(
    correction: FiscalCorrection, adapter: Atol
) -> None:
    with pytest.raises(Permanent):
        adapter.register(document=replace(CORRECTION, correction=correction))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"items": DOCUMENT.items[:1] * (MOST_ITEMS + 1)}, "101 items"),
        ({"items": (replace(DOCUMENT.items[0], name="л" * (LONGEST_NAME + 1)),)}, "a name of an item"),
        ({"items": (replace(DOCUMENT.items[0], money=DEAREST), DOCUMENT.items[1])}, "a sum above"),
        ({"items": tuple(replace(DOCUMENT.items[0], vat=f"vat{no}") for no in range(7))}, "rates of VAT"),
        ({"email": f"{'a' * 60}@e.ru"}, "a contact"),
        ({"seller": replace(DOCUMENT.seller, email="k" * 65)}, "a contact"),
        ({"seller": replace(DOCUMENT.seller, payment_address="h" * 257)}, "a place"),
        ({"external_id": "x" * 129}, "a name, 128"),
    ],
)
def test_a_document_beyond_the_bounds_never_goes_out(
    changes: dict[str, Any], said: str, till: RunningTill, adapter: Atol
) -> None:
    with pytest.raises(Permanent, match=said) as refusal:
        adapter.register(document=replace(DOCUMENT, **changes))
    assert refusal.value.code == "limits"
    assert not till.till.documents()


def test_a_document_at_its_bounds_is_taken(till: RunningTill, adapter: Atol) -> None:
    item = replace(DOCUMENT.items[0], name="л" * LONGEST_NAME)
    assert beyond(replace(DOCUMENT, items=(replace(item, money=DEAREST),))) == []
    adapter.register(document=replace(DOCUMENT, items=(item,) * MOST_ITEMS, email=f"{'a' * 59}@e.ru"))
    assert len(till.till.documents()) == 1


def test_no_float_is_ever_written() -> None:
    with pytest.raises(TypeError):
        exact_json({"sum": 0.1})
    with pytest.raises(TypeError):
        exact_json({"sum": object()})
    assert exact_json({"a": [Decimal("1.50"), 2, "я", None, True]}) == '{"a":[1.50,2,"я",null,true]}'.encode()


def test_an_old_token_is_renewed_and_a_wrong_password_waits(till: RunningTill, adapter: Atol) -> None:
    adapter.register(document=DOCUMENT)
    till.till.order({"expire": "1"})
    assert adapter.register(document=replace(DOCUMENT, external_id="two"))
    atol.forget_tokens()
    with pytest.raises(Temporary) as refusal:
        replace(adapter, password="wrong").register(document=DOCUMENT)
    assert refusal.value.code == "12"
    with pytest.raises(Temporary) as refusal:
        replace(adapter, group="another").register(document=DOCUMENT)
    assert refusal.value.code == "20"


@pytest.mark.parametrize(
    "changes",
    [
        {"email": ""},
        {"seller": replace(DOCUMENT.seller, inn="12")},
        {"seller": replace(DOCUMENT.seller, taxation="none")},
        {"items": (replace(DOCUMENT.items[0], vat_money=Money(54_11)),)},
        {"items": (replace(DOCUMENT.items[0], vat="vat18"),)},
        {"items": ()},
    ],
)
def test_what_the_till_refuses_is_said_and_not_asked_again(
    changes: dict[str, Any], till: RunningTill, adapter: Atol
) -> None:
    with pytest.raises(Permanent) as refusal:
        adapter.register(document=replace(DOCUMENT, **changes))
    assert refusal.value.code == "32"
    assert not till.till.documents()


def test_a_lost_answer_and_a_fault_of_the_vendor_are_asked_again(till: RunningTill, adapter: Atol) -> None:
    for kind, kept in (("fail", 0), ("lose", 1), ("say", 1)):
        till.fault(BankFault(kind, "/possystem/v5/svet-demo-1/sell", text="<html>"))
        with pytest.raises(Temporary):
            adapter.register(document=DOCUMENT)
        assert len(till.till.documents()) == kept
    with pytest.raises(Unreached):
        replace(adapter, base="http://127.0.0.1:9/possystem/v5").register(document=DOCUMENT)


def test_what_the_till_does_not_know_is_no_failed_document(till: RunningTill, adapter: Atol) -> None:
    with pytest.raises(Permanent) as refusal:
        adapter.report(name="nobody")
    assert refusal.value.code == "30"


@pytest.mark.parametrize(
    ("kind", "again", "unsure"),
    [("driver", True, False), ("timeout", False, True), ("agent", False, True), ("unknown", False, False)],
)
def test_a_failed_document_says_whether_to_try_again(
    kind: str, again: bool, unsure: bool, till: RunningTill, adapter: Atol
) -> None:
    till.till.order({"fail": "1", "type": kind})
    report = adapter.report(name=adapter.register(document=DOCUMENT))
    assert (report.standing, report.again, report.unsure) == (FiscalStanding.FAIL, again, unsure)


DONE = {
    "uuid": "one",
    "status": "done",
    "payload": {
        "total": Decimal("300.11"),
        "fn_number": "9999",
        "fiscal_document_number": 7,
        "fiscal_document_attribute": 8,
        "receipt_datetime": "22.11.2026 12:00:00",
    },
}


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        ({"status": "wait", "error": {"code": 34, "text": "?", "type": "system"}}, FiscalStanding.WAIT),
        (DONE, FiscalStanding.DONE),
        ({**DONE, "uuid": "two"}, Temporary),
        ({**DONE, "payload": {**DONE["payload"], "fiscal_document_number": 0}}, Temporary),  # type: ignore[dict-item]
        ({**DONE, "payload": {**DONE["payload"], "total": Decimal("0.001")}}, Temporary),  # type: ignore[dict-item]
        ({**DONE, "payload": None}, Temporary),
        ({"status": "soon"}, Temporary),
        ({"error": "?"}, Temporary),
        ([], Temporary),
    ],
)
def test_what_an_answer_means(body: Any, outcome: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(method: str, url: str, **more: Any) -> BankAnswer:
        return BankAnswer(200, {"token": "t", "error": None} if url.endswith("getToken") else body)

    atol.forget_tokens()
    monkeypatch.setattr(atol, "ask", answer)
    adapter = Atol("https://till.example/possystem/v5", "group", "login", "password")
    if outcome is Temporary:
        with pytest.raises(Temporary):
            adapter.report(name="one")
    else:
        assert adapter.report(name="one").standing is outcome
    atol.forget_tokens()


@pytest.mark.parametrize(
    ("address", "served"),
    [
        ("atol+https://login@online.atol.ru/possystem/v5/group", True),
        ("atol+https://login@online.atol.ru/possystem/v4/group", False),
        ("atol+https://login@online.atol.ru", False),
        ("atol+ftp://login@online.atol.ru/possystem/v5/group", False),
        ("other+https://login@online.atol.ru/possystem/v5/group", False),
    ],
)
def test_an_address_names_the_vendor_the_version_and_the_group(address: str, served: bool) -> None:
    assert serves(address) is served
