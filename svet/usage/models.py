"""What dwellings alike used, who does not want to see it; people's own limits for a month."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from svet.usage.rules import ALIKE_LEAST, BudgetKind


class AlikeMonth(models.Model):
    """The median of one group of a provider's accounts in one month; of fewer accounts there is no row."""

    provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    tariff_group = models.CharField(max_length=40)
    residents = models.PositiveSmallIntegerField()
    electric_heating = models.BooleanField()
    accounts = models.PositiveIntegerField()
    daily_kwh = models.DecimalField(max_digits=12, decimal_places=3)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "month", "tariff_group", "residents", "electric_heating"],
                name="usage_alike_once",
            ),
            models.CheckConstraint(condition=Q(accounts__gte=ALIKE_LEAST), name="usage_alike_names_nobody"),
        ]

    def __str__(self) -> str:
        return f"{self.tariff_group}/{self.residents} {self.month}: {self.daily_kwh}"


class AlikeHidden(models.Model):
    """A person who does not want to be compared."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.person_id)


class UsageBudget(models.Model):
    """A person's own limit for a month of an account; ``looked_on``: when the forecast was last asked."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=6, choices=[(each.value, each.value) for each in BudgetKind])
    limit = models.PositiveIntegerField()
    set_at = models.DateTimeField()
    looked_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "account"], name="usage_budget_once"),
            models.CheckConstraint(condition=Q(limit__gte=1), name="usage_budget_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in BudgetKind]), name="usage_budget_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.account_id} {self.limit} {self.kind}"


class BudgetTold(models.Model):
    """A person was told that this month is likely to pass their limit."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    month = models.DateField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "account", "month"], name="usage_budget_told_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.account_id} {self.month}"
