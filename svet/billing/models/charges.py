"""Charges, and the lines that keep what they were computed from."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from svet.billing.rules import Basis, LineCause


class Charge(models.Model):
    """What was posted to one account in one month; never changed: corrections are lines of a later month.

    ``floor`` is the first month that is ours to charge. ``facts`` is the digest of what was known of the
    account beside its readings at ``known_at``, and ``settled`` the month behind which no reading can move
    anything: while the digest is the same and no reading of those days has come or gone, what stands until
    then is right.
    """

    # A trigger checks account and run of a whole statement's charges at once; neither is ever deleted:
    # an account has terms, whose foreign key holds it, and runs refuse it.
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    period = models.DateField()
    run = models.ForeignKey(
        "billing.BillingRun", on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    floor = models.DateField()
    facts = models.CharField(max_length=32)
    known_at = models.DateTimeField()
    settled = models.DateField(null=True)
    kwh = models.DecimalField(max_digits=14, decimal_places=3)
    total_kopecks = models.BigIntegerField()
    estimated = models.BooleanField()
    demonstration = models.BooleanField()
    transaction = models.ForeignKey(
        "ledger.Transaction",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "period"], name="billing_charge_unique"),
            models.CheckConstraint(
                condition=models.Q(total_kopecks=0, transaction__isnull=True)
                | (~models.Q(total_kopecks=0) & models.Q(transaction__isnull=False)),
                name="billing_charge_posted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.period}"


class ChargeLine(models.Model):
    """kWh × price = kopecks for a ``month`` of consumption, posted in ``period``, with what gave them.

    ``part_since``…``part_until`` (half-open) are the days of the volume inside the month, ``since_on``…
    ``until_on`` those of them that one price table prices. A line that ``reverses`` another one is that line
    with its signs turned; no line is taken back twice, or in part. What stands are the lines that reverse
    nothing and are not reversed. Sets of readings are kept by number together with their values, so that a
    line stays readable by itself; ``span_kwh`` is what both show together, ``base`` the months behind an
    average, ``act`` the kind of the act that says why nothing was read. ``cause_set_id`` is the reading that
    made the line necessary, ``decision_id`` the decision of a person that it carries out, ``house_share_id``
    the part of the house's common needs that it charges. A sum that was decided (basis adjustment) has
    neither kWh nor a price.
    """

    # A trigger checks the charge and the account of a whole statement's lines at once (charges are never
    # deleted, so only the insert is to be guarded).
    charge = models.ForeignKey(
        Charge, on_delete=models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    period = models.DateField()
    position = models.SmallIntegerField()
    month = models.DateField()
    service = models.CharField(max_length=20)
    point = models.BigIntegerField()
    scheme = models.SmallIntegerField()
    zone = models.CharField(max_length=8)
    basis = models.CharField(max_length=10)
    part_since = models.DateField()
    part_until = models.DateField()
    since_on = models.DateField()
    until_on = models.DateField()
    range_no = models.SmallIntegerField()
    price = models.DecimalField(max_digits=9, decimal_places=5)
    kwh = models.DecimalField(max_digits=14, decimal_places=3)
    kopecks = models.BigIntegerField()
    meter_id = models.BigIntegerField()
    # The same trigger checks the row of prices; such rows refuse to be deleted.
    tariff_row = models.ForeignKey(
        "tariffs.TariffRow",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    previous_value = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    previous_on = models.DateField(null=True)
    previous_set_id = models.BigIntegerField(null=True)
    current_value = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    current_on = models.DateField(null=True)
    current_set_id = models.BigIntegerField(null=True)
    span_kwh = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    base = ArrayField(models.DateField(), null=True)
    act = models.CharField(max_length=10, blank=True)
    reverses = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", db_index=False, db_constraint=False
    )
    cause = models.CharField(max_length=16)
    cause_set_id = models.BigIntegerField(null=True)
    decision_id = models.BigIntegerField(null=True)
    house_share_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "period", "position"], name="billing_line_unique"),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=models.Q(reverses__isnull=False),
                name="billing_line_reversed_once",
            ),
            models.CheckConstraint(
                condition=models.Q(basis__in=[v.value for v in Basis]), name="billing_line_basis_known"
            ),
            models.CheckConstraint(
                condition=models.Q(cause__in=[v.value for v in LineCause]), name="billing_line_cause_known"
            ),
            models.CheckConstraint(
                condition=models.Q(tariff_row__isnull=False)
                | models.Q(basis=Basis.ADJUSTMENT.value, kwh=0, decision_id__isnull=False),
                name="billing_line_has_price",
            ),
            models.CheckConstraint(
                condition=models.Q(month__lte=models.F("period")), name="billing_line_month_not_later"
            ),
        ]
        indexes = [
            # Few are: whoever knows the sums of charges needs these lines alone.
            models.Index(
                fields=["account", "period"],
                condition=~models.Q(month=models.F("period")),
                name="billing_line_of_other_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.period} {self.position}"
