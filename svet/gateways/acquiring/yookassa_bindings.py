"""YooKassa's bodies about methods of payment that are kept without a payment.

Source: https://yookassa.ru/developers/payment-acceptance/scenario-extensions/recurring-payments/save-payment-method/save-without-payment/sbp
and the classes ``SavePaymentMethod…`` of the vendor's own SDK.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svet.gateways.acquiring.port import BankBinding, BankPage, BankState, BindingStatus
from svet.gateways.acquiring.yookassa_values import is_reference
from svet.gateways.failures import Temporary

STATES: Mapping[str, BankState] = {
    "pending": BankState.PENDING,
    "active": BankState.PAID,
    "inactive": BankState.CANCELED,
}
LONGEST_BANK = 60
LONGEST_BANK_ID = 20


def binding_of(binding: BankBinding, *, shop_id: str) -> dict[str, Any]:
    """The request for a page where an account of СБП is bound."""
    return {
        "type": "sbp",
        "holder": {"account_id": shop_id},
        "confirmation": {"type": "redirect", "return_url": binding.return_url},
        "metadata": {"binding_id": binding.binding_id},
    }


def binding_page_of(answer: Mapping[str, Any]) -> BankPage:
    """The page, or none any more when the person has decided. :raises Temporary: it cannot be read"""
    reference = str(answer.get("id") or "")
    confirmation = answer.get("confirmation")
    url = str(confirmation.get("confirmation_url") or "") if isinstance(confirmation, dict) else ""
    decided = STATES.get(str(answer.get("status")), BankState.PENDING) is not BankState.PENDING
    if not is_reference(reference) or not (decided or url.startswith(("https://", "http://"))):
        raise Temporary("the bank's answer has no page", code="no_page")
    return BankPage(reference, "" if decided else url)


def binding_status_of(answer: Mapping[str, Any]) -> BindingStatus:
    """Where a method stands, with the number of its bank. :raises Temporary: it cannot be read

    A method that is not of СБП, or not for us to charge (``saved``), is as good as none.
    """
    try:
        state = STATES.get(str(answer["status"]), BankState.UNKNOWN)
        if state is BankState.PAID and (answer.get("saved") is not True or answer.get("type") != "sbp"):
            state = BankState.CANCELED
        metadata = answer.get("metadata") or {}
        details = answer.get("payer_bank_details") or {}
        named = str(metadata.get("binding_id", ""))
        bank_id = str(details.get("bank_id") or "")
        # Cut to length two numbers might become one.
        known = bank_id if bank_id.isascii() and bank_id.isalnum() and len(bank_id) <= LONGEST_BANK_ID else ""
        return BindingStatus(str(answer["id"]), state, named, bank_id=known)
    except (KeyError, TypeError, AttributeError):
        raise Temporary("the bank's answer cannot be read", code="shape") from None


def bank_named(answer: Mapping[str, Any], bank_id: str) -> str:
    """The name of a bank by its number; "" when the list does not have it."""
    items = answer.get("items")
    for one in items if isinstance(items, list) else ():
        if isinstance(one, dict) and str(one.get("bank_id")) == bank_id:
            return " ".join(str(one.get("name") or "").replace("\0", "").split())[:LONGEST_BANK]
    return ""
