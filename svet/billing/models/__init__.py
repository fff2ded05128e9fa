"""Rules of suppliers, billing runs, and charges whose lines keep what they were computed from."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models

from svet.billing.models.months import BillingMonth, DryRun, DryRunAccount, MonthTask
from svet.billing.models.norms import NormRow
from svet.billing.models.tariffs import TariffCorrection, TariffRow
from svet.billing.rules import Basis, LineCause, Proration

__all__ = [
    "BillingMonth",
    "BillingRun",
    "Charge",
    "ChargeLine",
    "DryRun",
    "DryRunAccount",
    "MonthTask",
    "NormRow",
    "Policy",
    "Problem",
    "RunState",
    "TariffCorrection",
    "TariffRow",
]


class Policy(models.Model):
    """Choices the rules leave to the supplier, dated: each holds from a month until the next row."""

    provider = models.ForeignKey("accounts.Provider", on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    proration = models.CharField(max_length=12, default=Proration.BY_DAY.value)
    average_periods = models.SmallIntegerField(default=3)
    average_base_months = models.SmallIntegerField(default=6)
    average_base_least = models.SmallIntegerField(default=3)
    norm_kwh_per_person = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    # Above this share of accounts that cannot be charged a month's bills are not issued.
    problems_percent = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(1))
    # Beyond this an account of a dry run is shown as a mover.
    movers_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal(50), db_default=Decimal(50)
    )
    # Whether a second person must release a dry run before the month may be charged.
    release_required = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "since"], name="billing_policy_unique"),
            models.CheckConstraint(
                condition=models.Q(proration__in=[v.value for v in Proration]),
                name="billing_policy_proration_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.since}"


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"


class BillingRun(models.Model):
    """The charging of one provider's accounts for one month; ``cursor`` is the last account charged."""

    provider = models.ForeignKey("accounts.Provider", on_delete=models.PROTECT, related_name="+")
    period = models.DateField()
    state = models.CharField(max_length=8, default=RunState.RUNNING.value)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    cut_off_day = models.SmallIntegerField()
    cursor = models.BigIntegerField(default=0)
    charges = models.IntegerField(default=0)
    lines = models.IntegerField(default=0)
    estimated = models.IntegerField(default=0)
    problems = models.IntegerField(default=0)
    total_kopecks = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "period"], name="billing_run_unique"),
            models.CheckConstraint(
                condition=models.Q(state__in=[v.value for v in RunState]), name="billing_run_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.period}"


class Problem(models.Model):
    """An account that a run could not charge, and why; the next run of this or a later month tries it again.

    Whatever month charges the account next takes this one in: then it is no problem any more.
    """

    run = models.ForeignKey(BillingRun, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "account"], name="billing_problem_unique")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.reason}"


class Charge(models.Model):
    """What was posted to one account in one month; never changed: corrections are lines of a later month.

    ``floor`` is the first month that is ours to charge. ``facts`` is the digest of what was known of the
    account beside its readings at ``known_at``, and ``settled`` the month behind which no reading can move
    anything: while the digest is the same and no reading of those days has come or gone, what stands until
    then is right.
    """

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.DateField()
    run = models.ForeignKey(BillingRun, on_delete=models.PROTECT, related_name="+")
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
    made the line necessary.
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
    tariff_row = models.ForeignKey(TariffRow, on_delete=models.PROTECT, related_name="+", db_index=False)
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
                condition=models.Q(month__lte=models.F("period")), name="billing_line_month_not_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.period} {self.position}"
