"""Tariff rows as dated data, billing runs, and charges whose lines keep what they were computed from."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from django.db import models

from svet.billing.models.charges import Charge, ChargeLine
from svet.billing.models.months import BillingMonth, DryRun, DryRunAccount, MonthTask
from svet.billing.rules import Proration
from svet.metering.rules import Zone

__all__ = [
    "BillingMonth",
    "BillingRun",
    "Charge",
    "ChargeLine",
    "DryRun",
    "DryRunAccount",
    "MonthTask",
    "Policy",
    "Problem",
    "RunState",
    "TariffCorrection",
    "TariffRow",
]


class TariffCorrection(models.Model):
    """Loaded prices were wrong: who put others in their place, when, and by what document. Never changed."""

    document = models.CharField(max_length=300)
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.document} {self.made_at:%Y-%m-%d}"


class TariffRow(models.Model):
    """One price of one range in one zone; ``valid_to`` is the last day it holds, as regulators print it.

    The range ends at ``range_upper_kwh``, or at ``per_person`` kWh for each person (``least`` in all), or
    nobody has published where (``limit_unknown``); else nowhere. A row counts until a correction takes it
    away (``gone_with``) and stays to be read; ``brought_with`` is the correction that put it there instead.
    """

    region = models.CharField(max_length=80)
    group_code = models.CharField(max_length=40)
    group_name = models.TextField()
    scheme = models.SmallIntegerField()
    zone = models.CharField(max_length=8)
    range_no = models.SmallIntegerField()
    range_upper_kwh = models.IntegerField(null=True)
    limit_unknown = models.BooleanField(default=False)
    per_person = models.IntegerField(null=True)
    least = models.IntegerField(default=0)
    price = models.DecimalField(max_digits=9, decimal_places=5)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source_url = models.CharField(max_length=300, blank=True, default="")
    decree = models.CharField(max_length=200, blank=True, default="")
    demonstration = models.BooleanField(default=False)
    note = models.TextField(blank=True, default="")
    loaded_at = models.DateTimeField()
    brought_with = models.ForeignKey(
        TariffCorrection, on_delete=models.PROTECT, null=True, related_name="brought"
    )
    gone_with = models.ForeignKey(TariffCorrection, on_delete=models.PROTECT, null=True, related_name="took")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "group_code", "scheme", "zone", "range_no", "valid_from"],
                condition=models.Q(gone_with__isnull=True),
                name="billing_tariff_row_unique",
            ),
            models.CheckConstraint(condition=models.Q(price__gt=0), name="billing_tariff_price_positive"),
            models.CheckConstraint(
                condition=models.Q(range_upper_kwh__isnull=True) | models.Q(range_upper_kwh__gt=0),
                name="billing_tariff_upper_positive",
            ),
            models.CheckConstraint(
                condition=models.Q(scheme__in=[1, 2, 3]), name="billing_tariff_scheme_known"
            ),
            models.CheckConstraint(
                condition=models.Q(range_no__gte=1, range_no__lte=99), name="billing_tariff_range_known"
            ),
            models.CheckConstraint(
                condition=models.Q(limit_unknown=False, per_person__isnull=True, least=0)
                | models.Q(limit_unknown=False, per_person__gt=0, least__gte=0, range_upper_kwh__isnull=True)
                | models.Q(
                    limit_unknown=True, per_person__isnull=True, least=0, range_upper_kwh__isnull=True
                ),
                name="billing_tariff_one_limit",
            ),
            models.CheckConstraint(
                condition=models.Q(zone__in=[v.value for v in Zone]), name="billing_tariff_zone_known"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="billing_tariff_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.group_code} {self.scheme}/{self.zone}/{self.range_no} {self.valid_from}"


class NormRow(models.Model):
    """kWh a month for a person, by rooms, persons, stove and heating; ``valid_to`` is the last day it holds.

    A band without a beginning is for any number, one without an end for that many and more. A row is never
    changed but for the end that the next table gives it; a wrong table is gone and stays to be read.
    """

    region = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    rooms_from = models.SmallIntegerField(null=True)
    rooms_to = models.SmallIntegerField(null=True)
    persons_from = models.SmallIntegerField(null=True)
    persons_to = models.SmallIntegerField(null=True)
    stove = models.CharField(max_length=8, blank=True)
    electric_heating = models.BooleanField(null=True)
    kwh = models.DecimalField(max_digits=7, decimal_places=3)
    source_url = models.CharField(max_length=300, blank=True)
    decree = models.CharField(max_length=200, blank=True)
    demonstration = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    loaded_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    gone_document = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kwh__gt=0), name="billing_norm_positive"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="billing_norm_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.valid_from} {self.kwh}"


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
