"""Tills, receipts and their lines."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q

from svet.fiscal.rules.corrections import CorrectionBasis, CorrectionGround
from svet.fiscal.rules.states import ON_ITS_WAY, ReceiptKind, ReceiptLineKind, ReceiptState
from svet.fiscal.rules.vat import Taxation
from svet.kernel.fields import PublicIdField
from svet.kernel.money import Money

_STATES = [(each.value, each.value) for each in ReceiptState]
_KINDS = [(each.value, each.value) for each in ReceiptKind]
_LINES = [(each.value, each.value) for each in ReceiptLineKind]
_BASES = [(each.value, each.value) for each in CorrectionBasis]
_TAXATIONS = [(each.value, each.value) for each in Taxation]


class Cashbox(models.Model):
    """A till that is rented over the network, for the receipts of one provider; what it is never changes.

    ``address`` names no secret, ``secret`` only where it lies: a variable's name, or a file's path.
    """

    code = models.CharField(max_length=20, unique=True)
    provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+", db_index=False)
    address = models.CharField(max_length=300)
    secret = models.CharField(max_length=200)
    payment_address = models.CharField(max_length=256)
    email = models.CharField(max_length=64)
    taxation = models.CharField(max_length=20, choices=_TAXATIONS)
    added_at = models.DateTimeField()
    # Since when no new receipt goes to it; what it has is followed as ever.
    off_at = models.DateTimeField(null=True)
    # Since when it does not answer; none while it does.
    silent_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider"], condition=Q(off_at__isnull=True), name="fiscal_cashbox_one_of_a_provider"
            ),
            models.CheckConstraint(condition=~Q(secret=""), name="fiscal_cashbox_secret_named"),
        ]

    def __str__(self) -> str:
        return self.code


class Receipt(models.Model):
    """One fiscal document, wanted or made. ``external_id`` is kept before it is sent: sent twice it is one.

    ``source`` names the movement of money it is for. ``at``: when the money came or went. ``name``: the
    till's name of it. ``reason``: why it is not further, ``note`` what the till said.

    What it says is written down when it is made and is the same at each try: ``contact`` (a mail address or a
    phone; kept as long as the document, as the till keeps it), ``inn``, ``time_zone``; ``taxation`` with the
    till that gets it.

    A correction is the same receipt, handed over as «чек коррекции» by the ``ground``: so there is one
    document of the money. Until ``corrected_at`` it waits for the second signature and changes nothing.
    """

    public_id = PublicIdField()
    external_id = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=12, choices=_KINDS)
    order = models.ForeignKey("payments.Order", models.PROTECT, related_name="+")
    provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+", db_index=False)
    cashbox = models.ForeignKey(Cashbox, models.PROTECT, null=True, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=_STATES, default=ReceiptState.PENDING.value)
    kopecks = models.BigIntegerField()
    contact = models.CharField(max_length=64, blank=True, db_default="")
    inn = models.CharField(max_length=12, blank=True, db_default="")
    time_zone = models.CharField(max_length=40, blank=True, db_default="")
    taxation = models.CharField(max_length=20, choices=_TAXATIONS, blank=True, db_default="")
    at = models.DateTimeField()
    made_at = models.DateTimeField()
    # Documents of it that failed at the till; each next one has a name of its own.
    attempt = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    looks = models.PositiveSmallIntegerField(default=0)
    # Documents that failed since a person last looked.
    fails = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Since when its till may have the document of this name; none: no till was ever asked, or it refused.
    asked_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    name = models.CharField(max_length=128, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)
    document_number = models.CharField(max_length=20, blank=True)
    document_attribute = models.CharField(max_length=20, blank=True)
    storage_number = models.CharField(max_length=20, blank=True)
    url = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True)
    # The document that stands for it, as the accountant names it, and why.
    closing_document = models.CharField(max_length=40, blank=True, db_default="")
    closing_reason = models.CharField(max_length=300, blank=True, db_default="")
    closed_at = models.DateTimeField(null=True)
    # «Чек коррекции»: on what basis and by which document, who wrote it, since when it counts.
    correction = models.CharField(max_length=12, choices=_BASES, blank=True, db_default="")
    ground_number = models.CharField(max_length=32, blank=True, db_default="")
    ground_day = models.DateField(null=True)
    correction_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    correction_by_name = models.CharField(max_length=100, blank=True, db_default="")
    corrected_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="fiscal_receipt_positive"),
            models.CheckConstraint(
                condition=~Q(state=ReceiptState.DONE.value)
                | (~Q(document_number="") & ~Q(document_attribute="") & Q(done_at__isnull=False)),
                name="fiscal_receipt_done_has_number",
            ),
            models.UniqueConstraint(
                fields=["storage_number", "document_number"],
                condition=~Q(document_number=""),
                name="fiscal_receipt_document_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(state__in=sorted(state.value for state in ON_ITS_WAY)),
                name="fiscal_receipt_ready",
            ),
            models.Index(
                fields=["made_at"],
                condition=~Q(state=ReceiptState.DONE.value),
                name="fiscal_receipt_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.state}"

    @property
    def money(self) -> Money:
        return Money(self.kopecks)

    @property
    def local(self) -> datetime:
        """When the money moved, in the supplier's zone."""
        return self.at.astimezone(ZoneInfo(self.time_zone or "UTC"))

    @property
    def ground(self) -> CorrectionGround | None:
        """By what a correction is made, or waits for its second signature."""
        if not self.correction or self.ground_day is None:
            return None
        return CorrectionGround(CorrectionBasis(self.correction), self.ground_number, self.ground_day)


class ReceiptLine(models.Model):
    """One line: money of one account. ``of`` is the line of before that it takes back or uses.

    ``name`` and ``vat`` (a word of the wire) are what the receipt says; ``rate_on`` is the local day whose
    rate counts: that of the supply, or of the money where nothing was supplied yet. No word: none is known.
    """

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="lines")
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=_LINES)
    kopecks = models.BigIntegerField()
    of = models.ForeignKey("self", models.PROTECT, null=True, related_name="taken_by")
    name = models.CharField(max_length=128, blank=True, db_default="")
    rate_on = models.DateField(null=True)
    vat = models.CharField(max_length=10, blank=True, db_default="")
    vat_kopecks = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kopecks__gt=0), name="fiscal_line_positive")]
        ordering = ["receipt_id", "id"]

    def __str__(self) -> str:
        return f"{self.receipt_id}/{self.pk}"

    @property
    def money(self) -> Money:
        return Money(self.kopecks)
