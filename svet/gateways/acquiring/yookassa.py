"""YooKassa, API v3.

Sources: https://yookassa.ru/developers/using-api/interaction-format (keys, answers, repeats),
…/using-api/webhooks (networks), …/payment-acceptance/scenario-extensions/utility-payments (payment_order),
…/payment-acceptance/receipts/54fz (receipt).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import urlencode

from svet.gateways.acquiring.bank_receipts import BankReceipt, ReceiptsTold
from svet.gateways.acquiring.port import (
    PATIENT,
    BankBinding,
    BankOrder,
    BankPage,
    BankRefund,
    BankState,
    BankStatus,
    BindingStatus,
    CallbackRefused,
    Capabilities,
    News,
    RefundsTold,
    StoredCard,
)
from svet.gateways.acquiring.wire import BankAnswer, address_of, ask, unsupported
from svet.gateways.acquiring.yookassa_bindings import (
    bank_named,
    binding_of,
    binding_page_of,
    binding_status_of,
)
from svet.gateways.acquiring.yookassa_news import read_news
from svet.gateways.acquiring.yookassa_receipts import bank_receipt_of, receipt_asked
from svet.gateways.acquiring.yookassa_values import STATES, is_reference, refund_of, status_of, sum_of
from svet.gateways.failures import GatewayFailure, Permanent, Temporary
from svet.kernel.money import Money

# Published list of the networks webhooks come from.
NETWORKS = (
    "185.71.76.0/27",
    "185.71.77.0/27",
    "77.75.153.0/25",
    "77.75.154.128/25",
    "77.75.156.11/32",
    "77.75.156.35/32",
    "2a02:5180::/32",
)
LOOPBACK = ("127.0.0.0/8", "::1/128")
# Electricity with VAT 22 %.
VAT_CODE = 11
# Of a list: how many things on a page, and how many pages before we take the list for a broken one.
PAGE = 100
MOST_PAGES = 100
# Of a day's payments: a million of them.
MOST_DAY_PAGES = 10_000
# What API v3 can do. The number we give a payment is its metadata, by which nothing can be looked for.
CAPABILITIES = Capabilities(
    repeats_open=True,
    finds_by_number=False,
    repeats_refund=True,
    refunds_told=RefundsTold.OBJECTS,
    lists=True,
    keeps_cards=True,
    charges_apart=False,
    tells_card_apart=False,
    forgets_cards=False,
    # Three years but for payments by SberPay; a bank of cards may refuse after fifteen months.
    refund_days=3 * 365,
    makes_receipts=True,
    receipts_told=ReceiptsTold.ASKED,
)


@dataclass(frozen=True, slots=True)
class YooKassa:
    """One shop at YooKassa; ``networks`` are the addresses its webhooks may come from."""

    base: str
    shop_id: str
    secret: str = field(repr=False)
    networks: tuple[str, ...] = NETWORKS
    vat_code: int = VAT_CODE
    binds_sbp: bool = False

    @classmethod
    def from_url(cls, url: str) -> Self:
        """Read ``yookassa[+http|+https]://shop:key@host[:port]/v3?callbacks=NETWORK,NETWORK&vat=CODE&sbp=yes``.

        ``sbp``: the shop has the bank's leave to bind accounts of СБП.

        :raises ValueError: no such port, network, VAT code or answer about СБП can be
        """
        where = address_of(url)
        local = LOOPBACK if where.host in {"127.0.0.1", "::1", "localhost"} else NETWORKS
        asked = tuple(where.options["callbacks"].split(",")) if "callbacks" in where.options else local
        for network in asked:
            ipaddress.ip_network(network)
        return cls(
            base=where.base,
            shop_id=where.shop,
            secret=where.secret,
            networks=asked,
            vat_code=int(where.options.get("vat", VAT_CODE)),
            binds_sbp=bool(["no", "yes"].index(where.options.get("sbp", "no"))),
        )

    @property
    def capabilities(self) -> Capabilities:
        return replace(CAPABILITIES, binds_sbp=self.binds_sbp)

    def create(self, *, order: BankOrder, patience: float = PATIENT) -> BankPage:
        """Ask for the page; an answer that got lost is asked for again with the same key.

        A kept card is charged without a page (…/recurring-payments/pay-with-saved).
        """
        answer = self._call("POST", "/payments", key=order.key, body=self._payment(order), patience=patience)
        if order.card and answer.get("id") and not answer.get("confirmation"):
            return BankPage(str(answer["id"]), "")
        try:
            return BankPage(str(answer["id"]), str(answer["confirmation"]["confirmation_url"]))
        except (KeyError, TypeError):
            if answer.get("id") and STATES.get(str(answer.get("status"))) not in (None, BankState.PENDING):
                # Repeated after the person has already paid: there is no page any more.
                return BankPage(str(answer["id"]), "")
            raise Temporary("the bank's answer has no page", code="no_page") from None

    def status(self, *, reference: str, patience: float = PATIENT) -> BankStatus:
        """Ask where a payment stands."""
        if not is_reference(reference):
            raise Permanent("not a payment's id", code="reference")
        return status_of(self._call("GET", f"/payments/{reference}", patience=patience))

    def refund(self, *, key: str, reference: str, amount: Money) -> BankRefund:
        """Give money back."""
        body = {"payment_id": reference, "amount": sum_of(amount)}
        return refund_of(self._call("POST", "/refunds", key=key, body=body))

    def charge(self, *, reference: str, card: str, patience: float = PATIENT) -> None:
        """A kept card is charged by :meth:`create`."""
        raise unsupported("charge")

    def found(self, *, order_id: str, patience: float = PATIENT) -> tuple[BankStatus, ...]:
        """Nothing can be looked for by what stands in ``metadata``."""
        raise unsupported("found")

    def cancel(self, *, reference: str, patience: float = PATIENT) -> None:
        """Only money that is held can be let go (…/api#cancel_payment), and we never hold any."""
        raise unsupported("cancel")

    def kept_card(self, *, order_id: str, patience: float = PATIENT) -> StoredCard | None:
        """It is told with the payment."""
        raise unsupported("kept_card")

    def bind_sbp(self, *, binding: BankBinding, patience: float = PATIENT) -> BankPage:
        """An account is bound by the person's leave alone (…/save-without-payment/sbp)."""
        asked = binding_of(binding, shop_id=self.shop_id)
        answer = self._call("POST", "/payment_methods", key=binding.key, body=asked, patience=patience)
        return binding_page_of(answer)

    def bound_sbp(self, *, reference: str, patience: float = PATIENT) -> BindingStatus:
        """A method of payment; its bank is a number of НСПК, named in a list (``/sbp_banks``)."""
        if not is_reference(reference):
            raise Permanent("not a method's id", code="reference")
        answer = self._call("GET", f"/payment_methods/{reference}", patience=patience)
        status = binding_status_of(answer)
        if status.state is not BankState.PAID or not status.bank_id:
            return status
        try:
            banks = self._call("GET", "/sbp_banks", patience=patience)
        except GatewayFailure:
            return status
        return replace(status, bank=bank_named(banks, status.bank_id))

    def forget_card(self, *, card: str) -> None:
        """API v3 has no call for it: we throw its name away."""
        raise unsupported("forget_card")

    def refunds(
        self, *, reference: str = "", since: datetime | None = None, patience: float = PATIENT
    ) -> tuple[BankRefund, ...]:
        """Read the list page by page (…/api#get_refunds_list: filters, ``limit`` up to 100, ``cursor``)."""
        asked: dict[str, str] = {"limit": str(PAGE)}
        if reference:
            asked["payment_id"] = reference
        if since is not None:
            asked["created_at.gte"] = since.astimezone(UTC).isoformat(timespec="milliseconds")
        return tuple(map(refund_of, self._list("/refunds", asked, most=MOST_PAGES, patience=patience)))

    def payments(
        self, *, since: datetime, until: datetime, patience: float = PATIENT
    ) -> tuple[BankStatus, ...]:
        """Read the list of payments (…/api#get_payments_list: ``status``, ``captured_at``)."""
        asked = {
            "limit": str(PAGE),
            "status": "succeeded",
            "captured_at.gte": since.astimezone(UTC).isoformat(timespec="milliseconds"),
            "captured_at.lt": until.astimezone(UTC).isoformat(timespec="milliseconds"),
        }
        return tuple(map(status_of, self._list("/payments", asked, most=MOST_DAY_PAGES, patience=patience)))

    def receipts(self, *, reference: str, patience: float = PATIENT) -> tuple[BankReceipt, ...]:
        """Read the list of a payment's receipts (…/api#get_receipts_list: ``payment_id``)."""
        asked = {"limit": str(PAGE), "payment_id": reference}
        found = self._list("/receipts", asked, most=MOST_PAGES, patience=patience)
        return tuple(map(bank_receipt_of, found))

    def _list(self, path: str, asked: dict[str, str], *, most: int, patience: float) -> list[Any]:
        found: list[Any] = []
        for _ in range(most):
            answer = self._call("GET", f"{path}?{urlencode(asked)}", patience=patience)
            items = answer.get("items")
            if not isinstance(items, list):
                raise Temporary("the bank's answer cannot be read", code="shape")
            found += items
            cursor = answer.get("next_cursor")
            if not cursor:
                return found
            asked["cursor"] = str(cursor)
        raise Temporary("the bank's list does not end", code="endless")

    def read_callback(self, *, raw: bytes, address: str) -> News:
        """Webhooks are not signed: only the network they come from is judged, then where to look is read."""
        if not self._is_ours(address):
            raise CallbackRefused("the address is not the bank's")
        return read_news(raw, shop_id=self.shop_id)

    def _is_ours(self, address: str) -> bool:
        try:
            host = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(host, ipaddress.IPv6Address) and host.ipv4_mapped:
            host = host.ipv4_mapped
        return any(host in ipaddress.ip_network(network) for network in self.networks)

    def _payment(self, order: BankOrder) -> dict[str, Any]:
        body: dict[str, Any] = {
            "amount": sum_of(order.total),
            "capture": True,
            "description": f"{order.number}: {_what(order)}"[:128],
            "metadata": {"order_id": order.order_id, "number": order.number},
            "payment_order": {
                "type": "utilities",
                "amount": sum_of(order.total),
                "payment_purpose": "; ".join(line.purpose for line in order.lines)[:210],
                "recipient": {
                    "name": order.payee.name[:160],
                    "inn": order.payee.inn,
                    "kpp": order.payee.kpp,
                    "bank": {
                        "name": order.payee.bank_name[:45],
                        "bic": order.payee.bic,
                        "account": order.payee.settlement_account,
                        "correspondent_account": order.payee.correspondent_account,
                    },
                },
                "payment_period": {"month": order.period.month, "year": order.period.year},
                "account_number": order.lines[0].account_number,
            },
        }
        if order.card:
            body["payment_method_id"] = order.card
        else:
            body["confirmation"] = {"type": "redirect", "return_url": order.return_url}
        if order.keep_card:
            # The person has ticked «Запомнить карту» on our page, so the bank need not ask again.
            body["save_payment_method"] = True
        if receipt := receipt_asked(order, vat_code=self.vat_code):
            body["receipt"] = receipt
        return body

    def _call(
        self,
        method: str,
        path: str,
        *,
        key: str = "",
        body: Mapping[str, Any] | None = None,
        patience: float = PATIENT,
    ) -> dict[str, Any]:
        answer = ask(
            method,
            self.base + path,
            shop=(self.base, self.shop_id),
            patience=patience,
            auth=(self.shop_id, self.secret),
            headers={"Idempotence-Key": key} if key else {},
            body=body,
        )
        return _read(answer)


def _read(answer: BankAnswer) -> dict[str, Any]:
    """Sort an answer into the truth, «ask again» and «no»."""
    body = answer.body
    if answer.status == 200 and isinstance(body, dict) and body.get("type") != "error":
        return body
    code = str(body.get("code", "")) if isinstance(body, dict) else ""
    if answer.status in (400, 401, 403, 404, 405, 410, 415):
        raise Permanent(f"the bank refused: {answer.status} {code}", code=code or str(answer.status))
    # 202 «processing», 429, 5xx, and anything we do not understand (a proxy's page with 200): nobody knows.
    raise Temporary(f"the bank answered {answer.status} {code}", code=code or str(answer.status))


def _what(order: BankOrder) -> str:
    """What the person reads on the bank's page."""
    if len(order.lines) == 1:
        return order.lines[0].purpose
    # «Оплата электроэнергии»: an order pays one supplier, so its lines pay for one thing.
    return f"{order.lines[0].purpose.partition(', ')[0]}, лицевых счетов: {len(order.lines)}"
