"""Rows of law that the installation has entered itself."""

from __future__ import annotations

from django.db import models

from svet.tariffs.rules.law_entries import LONGEST_ACT, LONGEST_ADDRESS, LONGEST_REGION, LawEntryKind


class LawEntry(models.Model):
    """A key rate, a cap of penalties or a moratorium with the days it holds, both included, and its act.

    A wrong row is withdrawn and stays to be read.
    """

    kind = models.CharField(max_length=12)
    valid_from = models.DateField()
    valid_to = models.DateField()
    percent = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    region = models.CharField(max_length=LONGEST_REGION, blank=True)
    act = models.CharField(max_length=LONGEST_ACT)
    source_url = models.CharField(max_length=LONGEST_ADDRESS)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=120)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in LawEntryKind]),
                name="tariffs_law_entry_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__gte=models.F("valid_from")), name="tariffs_law_entry_days"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=LawEntryKind.MORATORIUM.value, percent__isnull=True)
                | ~models.Q(kind=LawEntryKind.MORATORIUM.value) & models.Q(percent__gt=0),
                name="tariffs_law_entry_percent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.valid_from}"
