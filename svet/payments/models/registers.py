"""Registers of payments: who sends them, and every row that was taken.

The tables of ``models`` that would make it too long; everybody imports them from there.
"""

from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from svet.kernel.fields import PublicIdField
from svet.kernel.money import Money
from svet.ledger.rules import KEY_LONGEST
from svet.payments.rules.layouts import (
    PLAIN_LAYOUT,
    ControlRule,
    DateForm,
    IdentityRule,
    Layout,
    SignRule,
)
from svet.payments.rules.registers import RegisterState


class Source(models.Model):
    """Who sends registers of payments: a bank, the post, a settlement centre.

    Numbers of operations are a source's own: two banks may use the same one. ``provider`` is whose
    settlement account its money comes to, where it serves one provider only. ``inn`` is whose money orders
    on a statement are; an ``acquirer`` brings what the bank's list of payments tells, less its commission.
    """

    code = models.SlugField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    provider = models.ForeignKey("accounts.Provider", models.PROTECT, null=True, related_name="+")
    inn = models.CharField(max_length=12, blank=True, default="", db_default="")
    acquirer = models.BooleanField(default=False, db_default=False)
    added_at = models.DateTimeField()
    # The form of its registers; see ``Layout``.
    encoding = models.CharField(max_length=10, blank=True, default=PLAIN_LAYOUT.encoding)
    delimiter = models.CharField(max_length=1, default=PLAIN_LAYOUT.delimiter)
    columns = models.CharField(max_length=400, default=",".join(PLAIN_LAYOUT.columns))
    heading = models.BooleanField(default=PLAIN_LAYOUT.heading)
    dates = models.CharField(max_length=3, default=PLAIN_LAYOUT.dates.value)
    sign = models.CharField(max_length=10, default=PLAIN_LAYOUT.sign.value)
    control = models.CharField(max_length=10, default=PLAIN_LAYOUT.control.value)
    identity = models.CharField(max_length=10, default=PLAIN_LAYOUT.identity.value)

    def __str__(self) -> str:
        return self.code

    @property
    def layout(self) -> Layout:
        return Layout(
            encoding=self.encoding,
            delimiter=self.delimiter,
            columns=tuple(self.columns.split(",")),
            heading=self.heading,
            dates=DateForm(self.dates),
            sign=SignRule(self.sign),
            control=ControlRule(self.control),
            identity=IdentityRule(self.identity),
        )


_ON_ACCOUNT = Q(state__in=[RegisterState.CREDITED.value, RegisterState.REVERSED.value])


class ImportedPayment(models.Model):
    """A payment or a reversal that came in a register; taken once by source, number and day.

    ``twin`` counts the further bodies that came under one identity. A reversal (``kopecks`` below zero) has
    an identity of its own: banks send it under the number of what it takes back.
    """

    public_id = PublicIdField()
    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=80)
    paid_on = models.DateField()
    twin = models.PositiveSmallIntegerField(default=0)
    office = models.CharField(max_length=80, blank=True)
    # Whose they are is checked by a trigger for a whole statement at once, as of the ledger's transactions.
    provider = models.ForeignKey(
        "accounts.Provider", models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(
        "accounts.Account", models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    account_text = models.CharField(max_length=40, blank=True)
    payer = models.CharField(max_length=200, blank=True)
    kopecks = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in RegisterState])
    reason = models.CharField(max_length=40, blank=True)
    # The key of the ledger transaction by which the row came, or would come, into the books.
    ledger_key = models.CharField(max_length=KEY_LONGEST)
    # The day the money counts for: the register's own, unless that cannot be.
    effective_on = models.DateField()
    # The month the payer named: the first of its days.
    named_month = models.DateField(null=True)
    applied_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "external_id", "paid_on", "twin"],
                condition=Q(kopecks__gt=0),
                name="payments_register_once",
            ),
            models.UniqueConstraint(
                fields=["source", "external_id", "paid_on", "twin"],
                condition=Q(kopecks__lt=0),
                name="payments_register_storno_once",
            ),
            models.CheckConstraint(condition=~Q(kopecks=0), name="payments_register_not_zero"),
            models.CheckConstraint(
                condition=(_ON_ACCOUNT & Q(account__isnull=False)) | (~_ON_ACCOUNT & Q(account__isnull=True)),
                name="payments_register_on_account",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "effective_on"], name="payments_register_account"),
            models.Index(fields=["external_id"], name="payments_register_number"),
            # Rows come nearly in the order of their days; a tree would cost every row of a large register.
            BrinIndex(fields=["paid_on"], name="payments_register_day", pages_per_range=32),
            # By these a reversal finds what it takes back.
            models.Index(fields=["account_text", "kopecks"], name="payments_register_body"),
            models.Index(
                fields=["paid_on"],
                condition=Q(state__in=[RegisterState.SUSPENSE.value, RegisterState.DIFFERS.value]),
                name="payments_register_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.external_id}"

    @property
    def money(self) -> Money:
        return Money(self.kopecks)
