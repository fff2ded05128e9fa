"""The month of a provider as the office works with it: its state, its dry runs, what the background does."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from svet.billing.rules.dry_runs import MoverCause
from svet.billing.rules.months import DryRunState, MonthState, MonthTaskKind, MonthTaskState
from svet.kernel.fields import PublicIdField


class DryRun(models.Model):
    """What a month would charge, kept with its author and moment; ``sha256`` stands for every line of it.

    ``result`` has the totals as JSON (see ``queries.dry_runs``); it stays when the rows of the accounts go.
    """

    public_id = PublicIdField()
    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.DateField()
    state = models.CharField(max_length=8, default=DryRunState.MAKING.value)
    made_by = models.CharField(max_length=100)
    made_by_person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    seed = models.IntegerField()
    movers_percent = models.DecimalField(max_digits=5, decimal_places=2)
    result = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[v.value for v in DryRunState]),
                name="billing_dry_run_state_known",
            ),
            models.UniqueConstraint(
                fields=["provider", "period"],
                condition=models.Q(state=DryRunState.MAKING.value),
                name="billing_dry_run_one_made",
            ),
        ]
        indexes = [models.Index(fields=["provider", "period", "-started_at"], name="billing_dry_run_newest")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.period} {self.state}"


class DryRunAccount(models.Model):
    """One account of the newest dry run of a month; ``moved_kopecks`` is how much more than the month before.

    The rows of older dry runs are deleted: a million accounts are looked at once.
    """

    dry_run = models.ForeignKey(DryRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    kwh = models.DecimalField(max_digits=14, decimal_places=3)
    kopecks = models.BigIntegerField()
    estimated = models.BooleanField()
    recalculated_kopecks = models.BigIntegerField()
    former_kwh = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    former_kopecks = models.BigIntegerField(null=True)
    moved_kopecks = models.BigIntegerField()
    mover = models.CharField(max_length=16, blank=True, default="")
    reason = models.CharField(max_length=40, blank=True, default="")
    digest = models.CharField(max_length=32)
    sampled = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dry_run", "account"], name="billing_dry_run_account_once"),
            models.CheckConstraint(
                condition=models.Q(mover__in=["", *(v.value for v in MoverCause)]),
                name="billing_dry_run_mover_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["dry_run", "mover"],
                condition=~models.Q(mover=""),
                name="billing_dry_run_movers",
            )
        ]

    def __str__(self) -> str:
        return f"{self.dry_run_id} {self.account_id}"


class BillingMonth(models.Model):
    """A provider's month; a month without a row is open, or charged if a run has done it."""

    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.DateField()
    state = models.CharField(max_length=8, default=MonthState.OPEN.value)
    dry_run = models.ForeignKey(DryRun, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    released_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=100, blank=True, default="")
    charged_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    # What the last run has left beside the month before (``rules.month_brake``), and who found it right.
    totals = models.JSONField(default=dict, db_default={})
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=100, blank=True, default="", db_default="")
    confirmed_kopecks = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "period"], name="billing_month_unique"),
            models.CheckConstraint(
                condition=models.Q(state__in=[v.value for v in MonthState]), name="billing_month_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.period} {self.state}"


class MonthTask(models.Model):
    """What a member has asked of the background for a month; ``refusal`` tells why a rule said no.

    A provider has one task at a time; one whose ``beat_at`` is old belongs to a worker that is no more.
    """

    public_id = PublicIdField()
    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.DateField()
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=8, default=MonthTaskState.WAITING.value)
    accounts = ArrayField(models.BigIntegerField(), default=list)
    asked_by = models.CharField(max_length=100)
    asked_by_person = models.ForeignKey(
        "people.Person", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    done = models.IntegerField(default=0)
    of = models.IntegerField(default=0)
    refusal = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider"],
                condition=models.Q(state__in=[MonthTaskState.WAITING.value, MonthTaskState.RUNNING.value]),
                name="billing_task_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[v.value for v in MonthTaskKind]), name="billing_task_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[v.value for v in MonthTaskState]),
                name="billing_task_state_known",
            ),
        ]
        indexes = [models.Index(fields=["provider", "period", "-asked_at"], name="billing_task_newest")]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.period} {self.kind} {self.state}"
