"""Who asks to be reminded of an account that somebody close has opened to them, and what they were told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from svet.today.rules.helping import LONGEST_AHEAD


class HelpWish(models.Model):
    """A person wants to hear of an account so many days before its window closes or its bill is due."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    days = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "account"], name="today_help_wish_once"),
            models.CheckConstraint(
                condition=Q(days__gte=1, days__lte=LONGEST_AHEAD), name="today_help_wish_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.account_id}, {self.days}"


class HelpTold(models.Model):
    """A person was told of an account's window, or of its due date, that ends on this day."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=8)
    ends_on = models.DateField()
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "account", "kind", "ends_on"], name="today_help_told_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.account_id} {self.kind} {self.ends_on}"
