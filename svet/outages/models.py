"""Outages, the streets and houses they are of, what was done to them, and who was told."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from svet.kernel.fields import PublicIdField
from svet.outages.rules import LONGEST_NUMBER, LONGEST_WHY, OutageAct, OutageKind
from svet.outages.rules.houses import LONGEST_LIST
from svet.staffing.rules import LONGEST_REASON


class Outage(models.Model):
    """A planned work or an outage. Where it stands is counted from its hours by the clock.

    ``number`` is that of the register it came by. ``over_at`` is its end, the moment somebody said it was
    over, or the last day that one of unknown length is shown.
    """

    public_id = PublicIdField()
    provider = models.ForeignKey("accounts.Provider", models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=LONGEST_NUMBER, blank=True)
    kind = models.CharField(max_length=9, choices=[(each.value, each.value) for each in OutageKind])
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=LONGEST_WHY)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "number"], condition=~Q(number=""), name="outages_outage_number_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[each.value for each in OutageKind]), name="outages_outage_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(over_at__gte=F("begins_at")), name="outages_outage_over_after"
            ),
        ]
        indexes = [models.Index(fields=["over_at"], name="outages_outage_over")]

    def __str__(self) -> str:
        return f"{self.kind} {self.begins_at}"


class OutagePlace(models.Model):
    """A street with its houses, or a whole settlement; ``key`` is the same for every way of writing it."""

    outage = models.ForeignKey(Outage, models.CASCADE, related_name="places")
    city = models.CharField(max_length=100)
    street = models.CharField(max_length=160, blank=True)
    houses = models.CharField(max_length=LONGEST_LIST, blank=True)
    key = models.CharField(max_length=270)

    class Meta:
        indexes = [models.Index(fields=["key"], name="outages_place_key")]

    def __str__(self) -> str:
        return f"{self.city}, {self.street}, {self.houses}"


class OutageChange(models.Model):
    """What was done to an outage and when; ``mark`` names the hours and places it had from then on."""

    outage = models.ForeignKey(Outage, models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    act = models.CharField(max_length=9, choices=[(each.value, each.value) for each in OutageAct])
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    mark = models.CharField(max_length=16)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    by = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(act__in=[each.value for each in OutageAct]), name="outages_change_act_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outage_id} {self.act}"


class OutageTold(models.Model):
    """What a person was told last of an outage: its hours then, or that it will not be (``off``)."""

    outage = models.ForeignKey(Outage, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    off = models.BooleanField(default=False)
    told_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outage", "person"], name="outages_told_once")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.outage_id}"
