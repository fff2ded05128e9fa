"""Sber's words by the tables of getOrderStatusExtended.do and of callbacks.

securecardpayment.ru/wiki, integration:api:rest:requests:getorderstatusextended, integration:api:callback; the
newer gateway's description, github.com/maxlevashov/sberbank-openapi-client @7a45556; an answer as it came:
``test.json`` of github.com/ushakovme/omnipay-sberbank.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from svet.gateways.acquiring.port import BankReason, BankState, CallbackRefused
from svet.gateways.acquiring.sber import Sber
from svet.gateways.acquiring.sber_values import (
    REASONS,
    STATES,
    checksum_of,
    number_of_try,
    order_of_number,
    status_of,
)
from svet.gateways.failures import Temporary
from svet.kernel.money import Money

ADDRESS = "sber+https://shop-api:secret@securepayments.sberbank.ru/payment/rest"


def told(**fields: Any) -> dict[str, Any]:
    """An answer as the older gateway gave it to another client."""
    sums = {"paymentState": "DEPOSITED", "approvedAmount": 2500_00, "depositedAmount": 2500_00}
    body = {
        "errorCode": "0",
        "orderNumber": "58drs0pes459hdsd",
        "orderStatus": 2,
        "actionCode": 0,
        "amount": 2500_00,
        "currency": "810",
        "date": 1414485649233,
        "attributes": [{"name": "mdOrder", "value": "f1a3365b-542c-4c8d-b34c-e9a7ee8dbc9c"}],
        "cardAuthInfo": {"expiration": "201512", "cardholderName": "Ivan", "pan": "411111**1111"},
        "bindingInfo": {"clientId": "666", "bindingId": "1eabfb8e-b90e-4dc8-bef6-14bd392b1cec"},
        "authDateTime": 1414485661207,
        "paymentAmountInfo": sums | {"refundedAmount": 0},
    }
    return body | fields


def test_a_known_answer_is_read_whole() -> None:
    status = status_of(told())
    assert (status.reference, status.order_id) == (
        "f1a3365b-542c-4c8d-b34c-e9a7ee8dbc9c",
        "58drs0pes459hdsd",
    )
    assert (status.state, status.amount, status.currency) == (BankState.PAID, Money(2500_00), "RUB")
    assert status.paid_at == datetime(2014, 10, 28, 8, 41, 1, 207000, tzinfo=UTC)
    assert status.method == "Банковская карта"
    assert status.card is not None
    assert status.card.reference == "1eabfb8e-b90e-4dc8-bef6-14bd392b1cec.666"
    assert (status.card.system, status.card.last4, status.card.expires) == ("Visa", "1111", "12/15")


@pytest.mark.parametrize(
    ("word", "action", "state", "reason"),
    [
        (0, -100, BankState.PENDING, None),
        (0, 116, BankState.PENDING, BankReason.INSUFFICIENT_FUNDS),
        (1, 0, BankState.PENDING, None),
        (2, 0, BankState.PAID, None),
        (3, 0, BankState.CANCELED, BankReason.CANCELED),
        (4, 0, BankState.PAID, None),
        (5, -1, BankState.PENDING, None),
        (6, -2007, BankState.CANCELED, BankReason.EXPIRED),
        (6, -100, BankState.CANCELED, BankReason.CANCELED),
        (6, 116, BankState.PENDING, BankReason.INSUFFICIENT_FUNDS),
        (6, -2006, BankState.PENDING, BankReason.AUTHENTICATION_FAILED),
        (6, 123456, BankState.PENDING, BankReason.DECLINED),
    ],
)
def test_every_standing(word: int, action: int, state: BankState, reason: BankReason | None) -> None:
    status = status_of(told(orderStatus=word, actionCode=action))
    assert (status.state, status.reason) == (state, reason)


def test_every_word_of_the_table_has_a_standing_and_no_code_two_reasons() -> None:
    assert set(STATES) == set(range(7))
    assert {REASONS[code] for code in (101, 121, 999, 907)} == {
        BankReason.CARD_PROBLEM,
        BankReason.LIMIT,
        BankReason.FRAUD,
        BankReason.BANK_FAULT,
    }


def test_what_was_given_back_is_told_as_a_total() -> None:
    sums = {"approvedAmount": 2500_00, "depositedAmount": 1500_00, "refundedAmount": 1000_00}
    status = status_of(told(orderStatus=4, paymentAmountInfo=sums))
    assert (status.state, status.amount, status.refunded) == (
        BankState.PAID,
        Money(2500_00),
        Money(1000_00),
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"orderStatus": 7},
        {"orderStatus": "2"},
        {"orderStatus": True},
        {"orderStatus": None},
        {"amount": "250000"},
        {"amount": 2500.0},
        {"amount": -1},
        {"actionCode": "none"},
        {"attributes": []},
        {"attributes": [{"name": "mdOrder", "value": "../x"}]},
        {"orderStatus": 4, "paymentAmountInfo": None},
        {"orderStatus": 4, "paymentAmountInfo": {"approvedAmount": 1, "refundedAmount": 2}},
        {"paymentAmountInfo": {"refundedAmount": 0}},
    ],
)
def test_what_is_not_by_the_table_is_never_a_guess(fields: dict[str, Any]) -> None:
    with pytest.raises(Temporary):
        status_of(told(**fields))


def test_another_currency_is_told_as_it_is() -> None:
    assert status_of(told(currency="840")).currency == "840"


def test_numbers_of_tries_lead_back_to_the_order() -> None:
    numbers = [number_of_try("0123456789abcdef", count) for count in range(1, 10)]
    assert (numbers[0], numbers[1], numbers[-1]) == (
        "0123456789abcdef",
        "0123456789abcdef-2",
        "0123456789abcdef-9",
    )
    assert {order_of_number(number) for number in numbers} == {"0123456789abcdef"}


def test_the_checksum_is_of_all_pairs_by_name_in_upper_case() -> None:
    """``name;value;`` of each, sorted: the older manual's «проверка контрольной суммы»."""
    fields = {
        "status": "1", "operation": "deposited", "orderNumber": "10747", "amount": "123456",
        "mdOrder": "3ff6962a-7dcc-4283-ab50-a6d7dd3386fe",
    }  # fmt: skip
    text = (
        "amount;123456;mdOrder;3ff6962a-7dcc-4283-ab50-a6d7dd3386fe;operation;deposited;orderNumber;10747;"
        "status;1;"
    )
    expected = hmac.new(b"yourSecretToken", text.encode(), hashlib.sha256).hexdigest().upper()
    assert checksum_of(fields, "yourSecretToken") == expected
    assert checksum_of(fields | {"checksum": "x", "sign_alias": "y"}, "yourSecretToken") == expected


def test_a_secret_is_a_password_and_a_key_by_a_blank_or_a_line() -> None:
    for secret in ("pa%23ss%20key", "pa%23ss%0Akey%0A"):
        bank = Sber.from_url(ADDRESS.replace("secret", secret))
        assert (bank.login, bank.secret, bank.callback_key, bank.token) == (
            "shop-api",
            "pa#ss",
            "key",
            False,
        )
    alone = Sber.from_url(f"{ADDRESS}?auth=token&cvc=no")
    assert (alone.secret, alone.callback_key, alone.token, alone.asks_cvc) == ("secret", "", True, False)
    assert "pa#ss" not in repr(bank)


def test_a_word_that_stands_twice_or_is_unknown_is_kept_for_a_person() -> None:
    bank = Sber.from_url(ADDRESS.replace("secret", "secret%20key"))
    fields = {"mdOrder": "1234567890", "orderNumber": "0123456789abcdef-2", "operation": "danced"}
    signed = fields | {"checksum": checksum_of(fields, "key").lower()}
    news = bank.read_callback(raw=urlencode(signed).encode(), address="203.0.113.5")
    assert (news.event, news.order_id, news.known) == ("payment.danced", "0123456789abcdef", False)
    with pytest.raises(CallbackRefused) as refused:
        bank.read_callback(raw=urlencode(signed).encode() + b"&mdOrder=2", address="203.0.113.5")
    assert refused.value.malformed
