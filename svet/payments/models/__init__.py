"""Orders, their lines and refunds, every change of state, and the inbox of the bank's callbacks."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from svet.kernel.fields import PublicIdField
from svet.kernel.money import Money
from svet.payments.models.acts import MoneyAct
from svet.payments.models.bindings import AccountBinding
from svet.payments.models.chargebacks import Chargeback, ChargebackLine
from svet.payments.models.claims import Claim
from svet.payments.models.errands import BankErrand
from svet.payments.models.parts import PaymentSeries
from svet.payments.models.payers import PayerChoice
from svet.payments.models.receipts import BankReceiptTold, ReceiptDue, ShopReceipts, SourceReceipts
from svet.payments.models.reconciliation import DayDifference, DayTotals
from svet.payments.models.refund_requests import RefundRequest
from svet.payments.models.refunds import LaterLine, PaymentRefund, RefundLine
from svet.payments.models.registers import ImportedPayment, Source
from svet.payments.models.sendings import MoneySending
from svet.payments.models.shops import BankSilence, ReserveShop, ServedProvider, Shop
from svet.payments.models.statements import BankStatement, DaySettlement, StatementRow
from svet.payments.rules.bindings import MeansKind
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.rules.states import OPEN, TO_CLOSE, CallbackOutcome, OrderState

__all__ = [
    "TO_CLOSE",
    "AccountBinding",
    "BankErrand",
    "BankReceiptTold",
    "BankSilence",
    "BankStatement",
    "BoundCard",
    "Callback",
    "Chargeback",
    "ChargebackLine",
    "Claim",
    "DayDifference",
    "DaySettlement",
    "DayTotals",
    "ImportedPayment",
    "LaterLine",
    "MoneyAct",
    "MoneySending",
    "Order",
    "OrderLine",
    "PayerChoice",
    "PaymentRefund",
    "PaymentSeries",
    "ReceiptDue",
    "RefundLine",
    "RefundRequest",
    "ReserveShop",
    "ServedProvider",
    "Shop",
    "ShopReceipts",
    "Source",
    "SourceReceipts",
    "StateChange",
    "StatementRow",
]

_STATES = [(state.value, state.value) for state in OrderState]


class BoundCard(models.Model):
    """A bank card the bank keeps for a person; we know only its last digits and the bank's name of it.

    Or, of ``kind`` sbp, an account of СБП, of which we know its bank at most; a person has one at a shop.
    ``reference`` is thrown away when the card is unbound: nobody can charge it after that.
    """

    public_id = PublicIdField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    # Which shop's bank keeps it, and can charge it; empty: that of SVET_ACQUIRING_URL.
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=4, default=MeansKind.CARD.value, db_default=MeansKind.CARD.value)
    reference = models.CharField(max_length=64, blank=True)
    system = models.CharField(max_length=20, blank=True)
    last4 = models.CharField(max_length=4)
    expires = models.CharField(max_length=5)
    # In which bank an account of СБП is, in words and by its number, by which two are of one bank; or empty.
    bank = models.CharField(max_length=60, blank=True, default="", db_default="")
    bank_id = models.CharField(max_length=20, blank=True, default="", db_default="")
    name = models.CharField(max_length=40, blank=True)
    bound_at = models.DateTimeField()
    unbound_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "reference"],
                condition=~Q(reference=""),
                nulls_distinct=False,
                name="payments_card_reference",
            ),
            models.UniqueConstraint(
                fields=["person", "shop", "system", "last4", "expires"],
                condition=Q(unbound_at__isnull=True),
                nulls_distinct=False,
                name="payments_card_once",
            ),
            models.CheckConstraint(
                condition=Q(unbound_at__isnull=True) | Q(reference=""), name="payments_card_forgotten"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system} *{self.last4}".strip() if self.last4 else f"{self.system} {self.bank}".strip()


class Order(models.Model):
    """One payment of one person over one or many accounts."""

    public_id = PublicIdField()
    number = models.CharField(max_length=16, unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=_STATES, default=OrderState.CREATED)
    total_kopecks = models.BigIntegerField()
    key = models.UUIDField()
    body_hash = models.CharField(max_length=64)
    return_url = models.CharField(max_length=500)
    receipt_email = models.CharField(max_length=254, blank=True)
    # Who makes its fiscal receipt, as its shop had it when a bank was first asked.
    receipts = models.CharField(
        max_length=10, default=ReceiptMaker.BANK.value, db_default=ReceiptMaker.BANK.value
    )
    # Whose bank is asked about it, as long as it lives; empty: that of SVET_ACQUIRING_URL.
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+", db_index=False)
    # Calls to open it of which nobody can say that they came to nothing. 0 of one that was sent: no bank has
    # begun it, so it may go to another. Empty: nobody counts, and what was sent stays where it is.
    calls = models.PositiveSmallIntegerField(null=True)
    # The bank's name of the payment, unique within the shop only.
    bank_reference = models.CharField(max_length=64, blank=True)
    bank_page_url = models.CharField(max_length=2000, blank=True)
    bank_reason = models.CharField(max_length=40, blank=True)
    bank_method = models.CharField(max_length=80, blank=True)
    # What the bank said first that it took; roubles only. ``taken_currency`` also tells of any other one.
    taken_kopecks = models.BigIntegerField(null=True)
    taken_currency = models.CharField(max_length=8, blank=True, default="", db_default="")
    # What of it stands in suspense of this provider, until a person decides.
    held_kopecks = models.BigIntegerField(default=0, db_default=0)
    held_for = models.ForeignKey(
        "accounts.Provider", models.PROTECT, null=True, related_name="+", db_index=False
    )
    # What of it comes to our settlement account, by the bank's own figure; unknown until it says so.
    income_kopecks = models.BigIntegerField(null=True)
    # What the bank has given back of it so far: the sum of the refunds that are done.
    refunded_kopecks = models.BigIntegerField(default=0)
    # «1 из 2»: the place among the orders that one «Оплатить» makes for several payees, one after the other.
    step = models.PositiveSmallIntegerField(default=1)
    steps = models.PositiveSmallIntegerField(default=1)
    # The parts of one press that are charged in a row; ``attempt`` counts the tries of one part.
    series = models.ForeignKey(
        PaymentSeries, models.PROTECT, null=True, related_name="orders", db_index=False
    )
    attempt = models.PositiveSmallIntegerField(default=1)
    card = models.ForeignKey(BoundCard, models.PROTECT, null=True, related_name="+", db_index=False)
    # A call repeated with the same key must carry the same body, also when the card was unbound meanwhile.
    card_reference = models.CharField(max_length=64, blank=True)
    keeps_card = models.BooleanField(default=False)
    # Charged as was agreed, with nobody before a screen: it never has a page.
    unattended = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    credited_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    next_look_at = models.DateTimeField(null=True)
    looks = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="payments_order_key"),
            models.UniqueConstraint(
                fields=["shop", "bank_reference"],
                condition=~Q(bank_reference=""),
                nulls_distinct=False,
                name="payments_order_reference",
            ),
            models.UniqueConstraint(
                fields=["series", "step", "attempt"],
                condition=Q(series__isnull=False),
                name="payments_order_part",
            ),
            models.CheckConstraint(condition=Q(total_kopecks__gt=0), name="payments_order_total_positive"),
            models.CheckConstraint(
                condition=Q(refunded_kopecks__gte=0), name="payments_order_refunded_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(held_kopecks=0) | (Q(held_kopecks__gt=0) & Q(held_for__isnull=False)),
                name="payments_order_held_for",
            ),
            models.CheckConstraint(
                condition=Q(step__gte=1) & Q(step__lte=models.F("steps")), name="payments_order_step_of_steps"
            ),
            models.CheckConstraint(
                condition=~Q(state=OrderState.CREDITED) | Q(credited_at__isnull=False),
                name="payments_order_credited_at",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="payments_order_person"),
            models.Index(
                fields=["next_look_at"],
                condition=Q(next_look_at__isnull=False),
                name="payments_order_due",
            ),
            models.Index(
                fields=["state"],
                condition=Q(state__in=[*sorted(OPEN), OrderState.REVIEW]),
                name="payments_order_open",
            ),
            models.Index(fields=["paid_at"], condition=Q(paid_at__isnull=False), name="payments_order_paid"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def total(self) -> Money:
        return Money(self.total_kopecks)

    @property
    def untouched(self) -> bool:
        """Whether it was sent, and it is known that no bank has begun it."""
        return self.state == OrderState.SENT and self.calls == 0 and not self.bank_reference

    @property
    def ledger_key(self) -> str:
        """The key of the one ledger transaction that credits the order."""
        return f"pay:{self.public_id}"

    @property
    def held_key(self) -> str:
        """The key of the ledger transaction that puts money that does not fit into suspense.

        Once a review: what a person closed because the bank took its word back may be said to be paid again.
        """
        closed = self.changes.filter(old=OrderState.REVIEW, new=OrderState.CANCELED).count()
        return f"held:{self.public_id}" + (f":{closed}" if closed else "")


class OrderLine(models.Model):
    """What one order pays to one account."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", db_index=False)
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    kopecks = models.BigIntegerField()
    # What the account owed at the press, less money on its way: of parts that wait for their turn.
    owed_kopecks = models.BigIntegerField(null=True)
    # What of the money taken came to the account: ``kopecks``, unless a person credited another sum.
    credited_kopecks = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "account"], name="payments_line_account"),
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="payments_line_positive"),
        ]
        ordering = ["order_id", "position"]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"

    @property
    def money(self) -> Money:
        return Money(self.kopecks)

    @property
    def credited(self) -> Money:
        """What came to the account, nothing before it did."""
        return Money(self.credited_kopecks or 0)


class StateChange(models.Model):
    """One step in the life of an order: from where, to where, when, because of what."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="changes")
    old = models.CharField(max_length=10, blank=True)
    new = models.CharField(max_length=10, choices=_STATES)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["order_id", "id"]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class Callback(models.Model):
    """The inbox: every callback exactly as it came, to the door of ``shop``, before anybody judges it."""

    raw = models.BinaryField()
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+", db_index=False)
    address = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=[(each.value, each.value) for each in CallbackOutcome])
    event = models.CharField(max_length=60, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="callbacks")
    note = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=100, blank=True)
    closed_comment = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["reference"], name="payments_callback_reference"),
            models.Index(
                fields=["received_at"],
                condition=~Q(outcome=CallbackOutcome.TAKEN),
                name="payments_callback_odd",
            ),
            models.Index(
                fields=["received_at"],
                condition=Q(outcome__in=sorted(TO_CLOSE), closed_at__isnull=True),
                name="payments_callback_to_close",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.reference}"
