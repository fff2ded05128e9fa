"""Statements of our settlement accounts: every row that was taken, and which days of whom came by it.

The tables of ``models`` that would make it too long; everybody imports them from there.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from svet.kernel.fields import PublicIdField
from svet.kernel.money import Money
from svet.payments.rules.matching import StatementState
from svet.staffing.rules import LONGEST_REASON


class BankStatement(models.Model):
    """A statement of one settlement account that was taken; the same bytes are taken once."""

    provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+")
    account = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    form = models.CharField(max_length=20)
    begins_on = models.DateField()
    ends_on = models.DateField()
    opening_kopecks = models.BigIntegerField()
    closing_kopecks = models.BigIntegerField()
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "sha256"], name="payments_statement_once")]

    def __str__(self) -> str:
        return f"{self.account} {self.begins_on}"


class DaySettlement(models.Model):
    """What came to our account of one day of an acquirer or agent, and what they kept as commission."""

    provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey("payments.Source", models.PROTECT, related_name="+")
    day = models.DateField()
    kopecks = models.BigIntegerField()
    commission_kopecks = models.BigIntegerField(default=0)
    settled_at = models.DateTimeField()
    # The ledger transaction that moved it.
    ledger_key = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["provider", "source", "day"], name="payments_settlement_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.kopecks}"


class StatementRow(models.Model):
    """One movement of money on a settlement account of ours: in positive, out negative.

    Its identity is own account, number, day, sum, and the other side's account and BIC; ``twin`` counts the
    other bodies that came under one identity.
    """

    public_id = PublicIdField()
    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="rows")
    provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+", db_index=False)
    own_account = models.CharField(max_length=20)
    line_no = models.IntegerField()
    number = models.CharField(max_length=40)
    booked_on = models.DateField()
    kopecks = models.BigIntegerField()
    party_name = models.CharField(max_length=300, blank=True)
    party_inn = models.CharField(max_length=12, blank=True)
    party_account = models.CharField(max_length=34, blank=True)
    party_bic = models.CharField(max_length=11, blank=True)
    purpose = models.CharField(max_length=1_000, blank=True)
    twin = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in StatementState])
    source = models.ForeignKey("payments.Source", models.PROTECT, null=True, related_name="+", db_index=False)
    taken_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    # The ledger transaction that settled it, or the key of the payment it became.
    ledger_key = models.CharField(max_length=120, blank=True)
    # What a person said of a row that nothing fits: until when it may wait, or why it was set aside.
    put_off_until = models.DateField(null=True)
    said = models.CharField(max_length=LONGEST_REASON, blank=True, default="", db_default="")
    said_by_name = models.CharField(max_length=100, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "own_account", "number", "booked_on", "kopecks", "party_account", "party_bic", "twin",
                ],
                name="payments_statement_row_once",
            ),
            models.CheckConstraint(condition=~Q(kopecks=0), name="payments_statement_not_zero"),
            models.CheckConstraint(
                condition=~Q(state__in=[StatementState.SETTLED.value, StatementState.PAYMENT.value])
                | ~Q(ledger_key=""),
                name="payments_statement_posted",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["booked_on"],
                condition=Q(state__in=[StatementState.WAITING.value, StatementState.DIFFERS.value]),
                name="payments_statement_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.own_account} {self.number}"

    @property
    def money(self) -> Money:
        return Money(self.kopecks)
