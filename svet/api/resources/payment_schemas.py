"""The shapes of payments, their parts and refunds, and of cards."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr

from svet.api.shell.schemas import Body, Kopecks, PublicId
from svet.api.shell.shapes import Shape


class PaymentLineIn(Body):
    account_id: PublicId
    amount_kopecks: Kopecks


class PaymentIn(Body):
    lines: Annotated[list[PaymentLineIn], Field(max_length=200)]
    expected_total_kopecks: StrictInt | None = None
    receipt_email: Annotated[StrictStr, Field(max_length=254)] = ""
    card_id: PublicId = ""
    keep_card: StrictBool = False
    in_row: Annotated[
        StrictBool,
        Field(
            description="the payer has seen all sums and payees and agrees: those of one shop are charged"
            " one after the other with one card, each as a payment of its own"
        ),
    ] = False


class PaymentPartsIn(Body):
    """What the payer says about the rest."""

    action: Literal["retry", "other_card", "go_on", "stop"]


class CardIn(Body):
    name: Annotated[StrictStr, Field(max_length=200, examples=["Зарплатная"])]


class CardOut(Shape):
    """A bound card, or account of SBP (``kind`` sbp: no digits, in ``bank`` its bank, if that is known).

    The bank keeps its number, we never had it.
    """

    id: str
    kind: Literal["card", "sbp"]
    bank: str
    name: str
    system: str
    last4: str
    expires: str
    bound_at: datetime


class BindingIn(Body):
    """The account for whose payments an account of SBP is bound."""

    account_id: PublicId


class BindingOut(Shape):
    """An account of SBP on its way; ``card_id`` is what it became."""

    id: str
    state: Literal["asked", "waiting", "bound", "ended"]
    bank_page_url: Annotated[str, Field(description="empty until the bank has a page, and when it is over")]
    card_id: str


class PaymentLineOut(Shape):
    account_id: str
    account_number: str
    amount_kopecks: int


class PaymentRefundOut(Shape):
    """Money the bank gave back of a payment."""

    amount_kopecks: int
    refunded_at: datetime


class PaymentRefundOnWayOut(Shape):
    """Money the supplier is giving back: off the balance since then; ``failed``: on the balance again."""

    amount_kopecks: int
    since: datetime
    state: Annotated[str, Field(description="on_its_way or failed; once made it is among ``refunds``")]


class PaymentDisputeOut(Shape):
    """A dispute of the payment at the bank; only one that is ``lost`` has changed the balance."""

    amount_kopecks: int
    state: Annotated[str, Field(description="told, won or lost")]
    on: Annotated[date, Field(description="the day of the bank's last letter of it")]


class PaymentPartOut(Shape):
    """One payee of one press: a payment of its own, with its own receipt and refunds."""

    id: str
    number: str
    step: int
    payee: str
    state: str
    total_kopecks: int
    bank_page_url: str
    next_action: Annotated[
        str, Field(description="open_bank_page, wait, decide, or nothing; one part at most has one")
    ]


class RefundIn(Body):
    """How much of each account; ``shown`` is that of the offer the payer has seen."""

    lines: Annotated[list[PaymentLineIn], Field(max_length=200)]
    shown: Annotated[StrictStr, Field(max_length=64)]


class RefundLineOut(Shape):
    """What may be had back of one account; ``note`` says why nothing."""

    account_id: str
    account_number: str
    most_kopecks: int
    note: str


class RefundOfferOut(Shape):
    """What the payer may have back of an overpayment; ``note`` says why nothing.

    Up to ``alone_kopecks`` the rule decides at once; above it two members of staff sign. ``waiting_kopecks``
    is what was asked for and is not signed yet.
    """

    most_kopecks: int
    alone_kopecks: int
    waiting_kopecks: int
    lines: list[RefundLineOut]
    note: str
    shown: str


class PaymentReceiptOut(Shape):
    """A fiscal receipt by the supplier's till; one that is ``done`` has numbers and may have an address."""

    kind: Annotated[
        str,
        Field(
            description="sell, sell_refund, sell_correction: in place of a receipt that was not made in time,"
            " or offset: an advance that charges have used"
        ),
    ]
    state: Annotated[str, Field(description="pending, sent, done or failed: a member of the staff looks")]
    amount_kopecks: int
    document_number: str
    document_attribute: Annotated[str, Field(description="ФПД, with which the tax service finds it")]
    url: Annotated[str, Field(description="the receipt at the operator of fiscal data; may be empty")]


class PaymentOut(Shape):
    """Open ``bank_page_url`` to pay; ``state`` ends as credited, canceled, failed, returned or review.

    A payment by a bound card has no page: ask for its state again. What the bank gives back of a credited
    payment does not change its state: see ``refunds``, ``refunds_on_way`` and ``disputes``.
    """

    id: str
    number: str
    state: str
    total_kopecks: int
    unattended: Annotated[bool, Field(description="made by autopay")]
    bank: Annotated[
        str,
        Field(
            description="whose page it is: yookassa, tbank or sber; empty while no bank has begun it because"
            " none could be reached"
        ),
    ]
    lines: list[PaymentLineOut]
    bank_page_url: str
    created_at: datetime
    credited_at: datetime | None
    refunded_kopecks: int
    refunds: list[PaymentRefundOut]
    refunds_on_way: list[PaymentRefundOnWayOut]
    disputes: list[PaymentDisputeOut]
    receipt_by: Annotated[
        str,
        Field(description="who makes the fiscal receipt: bank, cashbox (see ``receipts``) or nobody here"),
    ]
    receipts: list[PaymentReceiptOut]
    parts: list[PaymentPartOut]
    actions: Annotated[
        list[str],
        Field(description="what may be said to POST /payments/{id}/parts now; ``advice`` says why"),
    ]
    advice: str
