"""Who has taken what at the money desk. A table of ``models``; everybody imports it from there."""

from __future__ import annotations

from django.db import models

from svet.payments.rules.registers import CaseKind


class Claim(models.Model):
    """A member of staff has taken an order, a callback or a row of a register: others see whose it is."""

    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in CaseKind])
    subject = models.CharField(max_length=24)
    person_id = models.BigIntegerField()
    name = models.CharField(max_length=100)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="payments_claim_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}: {self.name}"
