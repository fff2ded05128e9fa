"""When nobody is at home, and what was done about the readings of each month meanwhile."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from svet.kernel.fields import PublicIdField
from svet.metering.rules.absence import Plan, StepOutcome


class Absence(models.Model):
    """Days away of one account; it ends by itself after ``until_on`` or earlier by hand."""

    public_id = PublicIdField()
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, db_index=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    plan = models.CharField(max_length=8)
    from_on = models.DateField()
    until_on = models.DateField()
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="absence_plan_known", condition=Q(plan__in=[p.value for p in Plan])),
            models.CheckConstraint(name="absence_days_in_order", condition=Q(until_on__gte=F("from_on"))),
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at__isnull=True), name="absence_one_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["account", "-from_on"], name="absence_of_account")]

    def __str__(self) -> str:
        return f"{self.plan}: {self.from_on}…{self.until_on}"


class AbsenceStep(models.Model):
    """What was done for one meter and one window; the row is why it is done once."""

    absence = models.ForeignKey(Absence, on_delete=models.PROTECT, related_name="steps", db_index=False)
    meter = models.ForeignKey("metering.Meter", on_delete=models.PROTECT, related_name="+", db_index=False)
    closes_on = models.DateField()
    outcome = models.CharField(max_length=8)
    receipt_number = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["absence", "meter", "closes_on"], name="absence_step_once"),
            models.CheckConstraint(
                name="absence_step_outcome_known", condition=Q(outcome__in=[o.value for o in StepOutcome])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.closes_on}: {self.outcome}"
