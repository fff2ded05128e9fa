"""What dwellings alike used, month by month, and who does not want to see it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from svet.usage.rules import ALIKE_LEAST


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
