"""What a payer has chosen for all their payments. A table of ``models``; everybody imports it from there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class PayerChoice(models.Model):
    """Up to which sum a bound card is charged without asking once more; no row: it is always asked."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unasked_kopecks = models.BigIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(unasked_kopecks__gt=0), name="payments_unasked_positive")
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.unasked_kopecks}"
