"""The payment code of ГОСТ Р 56042-2014: what a bank's application reads from the bill.

The block is ``ST`` + version ``0001`` + encoding ``2`` (UTF-8) + separator, then the five required fields
in their order, then the rest. Nothing is escaped: the separator must not occur in any value.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from svet.bills.rules.document import BillDocument
from svet.kernel.money import Money
from svet.kernel.periods import Month

# The usual separator first; banks read any, and the standard forbids it inside values.
_SEPARATORS = "|~^_#"
_LIMITS = {"Name": 160, "BankName": 45, "Purpose": 210, "PersAcc": 30, "ServiceName": 100}


class CodeImpossible(ValueError):
    """The requisites cannot be written as a payment code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentBlock:
    """What a payment code says: the payee, and what the money is for; ``service`` may be empty."""

    name: str
    personal_account: str
    bank_name: str
    bic: str
    correspondent_account: str
    amount: Money
    purpose: str
    payee_inn: str
    kpp: str
    account_number: str
    period: Month
    service: str = ""


def payment_qr(*, block: PaymentBlock) -> bytes:
    """Write the payment block in UTF-8; the sum is left out when nothing is due.

    :raises CodeImpossible: a required field is missing or not of the form banks accept.
    """
    _demand("PersonalAcc", block.personal_account, r"[0-9]{20}")
    _demand("BIC", block.bic, r"[0-9]{9}")
    _demand("CorrespAcc", block.correspondent_account, r"[0-9]{20}|0|")
    fields = [
        ("Name", block.name),
        ("PersonalAcc", block.personal_account),
        ("BankName", block.bank_name),
        ("BIC", block.bic),
        ("CorrespAcc", block.correspondent_account or "0"),
        ("Sum", str(block.amount.kopecks) if block.amount.kopecks > 0 else ""),
        ("Purpose", block.purpose),
        ("PayeeINN", block.payee_inn),
        ("KPP", block.kpp),
        ("PersAcc", block.account_number),
        ("PaymPeriod", f"{block.period.month:02d}{block.period.year:04d}"),
        ("ServiceName", block.service),
    ]
    clean = [(key, _clean(value)[: _LIMITS.get(key, 210)]) for key, value in fields]
    for key, value in clean[:4]:
        if not value:
            raise CodeImpossible(f"{key} is empty")
    everything = "".join(value for _key, value in clean)
    separator = next((sign for sign in _SEPARATORS if sign not in everything), None)
    if separator is None:
        raise CodeImpossible("every separator occurs in the values")
    written = separator.join(f"{key}={value}" for key, value in clean if value)
    return f"ST00012{separator}{written}".encode()


def payment_code(document: BillDocument) -> bytes:
    """The payment block of a bill. :raises CodeImpossible:"""
    payee = document.payee
    return payment_qr(
        block=PaymentBlock(
            name=payee.legal_name,
            personal_account=payee.settlement_account,
            bank_name=payee.bank_name,
            bic=payee.bic,
            correspondent_account=payee.correspondent_account,
            amount=Money(document.sums.payable),
            purpose=f"Оплата за электроэнергию по л/с {document.payer.account_number} "
            f"за {document.month.month:02d}.{document.month.year}",
            payee_inn=payee.inn,
            kpp=payee.kpp,
            account_number=document.payer.account_number,
            period=document.month,
        )
    )


def is_payable_by_code(document: BillDocument) -> bool:
    """Whether a payment code can be printed on the bill."""
    try:
        payment_code(document)
    except CodeImpossible:
        return False
    return True


def _demand(key: str, value: str, form: str) -> None:
    if re.fullmatch(form, value, re.ASCII) is None:
        raise CodeImpossible(f"{key} must look like {form}")


def _clean(value: str) -> str:
    """One line without control characters: a line break would end the block for some readers."""
    visible = "".join(" " if unicodedata.category(sign).startswith("C") else sign for sign in value)
    return " ".join(visible.split())
