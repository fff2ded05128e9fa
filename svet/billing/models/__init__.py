"""Rules of suppliers, billing runs, and charges whose lines keep what they were computed from."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

from django.db import models
from django.db.models.functions import Now

from svet.billing.models.charges import Charge, ChargeLine
from svet.billing.models.decisions import OverrideRow
from svet.billing.models.drafts import FactDraft
from svet.billing.models.houses import (
    HouseMeterRow,
    HouseMonthRow,
    HouseProblem,
    HouseReadingRow,
    HouseRow,
    HouseShareRow,
    HouseStayRow,
    HouseTermsRow,
)
from svet.billing.models.months import BillingMonth, DryRun, DryRunAccount, MonthTask
from svet.billing.models.proofs import ProvedAccount
from svet.billing.rules import Proration

__all__ = [
    "BillingMonth",
    "BillingRun",
    "Charge",
    "ChargeLine",
    "DryRun",
    "DryRunAccount",
    "FactDraft",
    "HouseMeterRow",
    "HouseMonthRow",
    "HouseProblem",
    "HouseReadingRow",
    "HouseRow",
    "HouseShareRow",
    "HouseStayRow",
    "HouseTermsRow",
    "MonthTask",
    "OverrideRow",
    "Policy",
    "Problem",
    "ProvedAccount",
    "RunRange",
    "RunState",
]


class Policy(models.Model):
    """Choices the rules leave to the supplier, dated: each holds from a month until the next row."""

    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.PROTECT, related_name="+", db_index=False
    )
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
    # Beyond it a decision about an account asks for a second signature, kopecks.
    decision_kopecks = models.BigIntegerField(default=1_000_00, db_default=1_000_00)
    # Corrections of one account beyond these wait for a person: kopecks, months back.
    brake_kopecks = models.BigIntegerField(default=100_000_00, db_default=100_000_00)
    brake_months = models.SmallIntegerField(default=36, db_default=36)
    # A month whose sum, or so many of its accounts, moved further waits for a second person, percent.
    totals_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal(30), db_default=Decimal(30)
    )
    movers_share = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal(30), db_default=Decimal(30)
    )

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
    """The charging of one provider's accounts for one month, range by range.

    ``reached`` is the last account that a finished run has looked at (who has a greater key came later).
    """

    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.DateField()
    state = models.CharField(max_length=8, default=RunState.RUNNING.value)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    cut_off_day = models.SmallIntegerField()
    reached = models.BigIntegerField(null=True)
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


class RunRange(models.Model):
    """Accounts of a run that are charged one after the other: keys above ``above`` up to ``until`` (all).

    Who locks the row charges its next batch, up to ``cursor``; any number of processes take what is free.
    """

    run = models.ForeignKey(BillingRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    above = models.BigIntegerField()
    until = models.BigIntegerField(null=True)
    cursor = models.BigIntegerField()
    done = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "above"], name="billing_range_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.above}…{self.until or ''}"


class Problem(models.Model):
    """An account that a run could not charge, and why; the next run of this or a later month tries it again.

    Whatever month charges the account next takes this one in: then it is no problem any more. ``first_at`` is
    when the account was first refused for this reason, ``last_at`` when a run has tried it last.
    """

    run = models.ForeignKey(BillingRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=40)
    details = models.JSONField(default=dict)
    first_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "account"], name="billing_problem_unique")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.reason}"
