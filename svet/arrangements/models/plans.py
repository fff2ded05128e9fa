"""Plans of instalments and their parts. Tables of ``models``; everybody imports them from there."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from svet.arrangements.rules.plans import LIVING, InstalmentState
from svet.kernel.fields import PublicIdField
from svet.kernel.money import Money

_LIVING = [each.value for each in LIVING]
_SIGNED = [InstalmentState.STANDING.value, InstalmentState.PAID.value, InstalmentState.BROKEN.value]


class InstalmentPlan(models.Model):
    """An agreement to pay what an account owed in parts.

    ``after_seq`` is the account's newest posting when it was asked for: what was posted later is judged.
    """

    public_id = PublicIdField()
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=[(each.value, each.value) for each in InstalmentState])
    kopecks = models.BigIntegerField()
    months = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()
    # Days of the account's supplier.
    made_on = models.DateField()
    ended_on = models.DateField(null=True)
    after_seq = models.BigIntegerField()
    # The supplier's day of bills when it was agreed on: what was judged by it stays so when that is changed.
    # Of plans from before it was kept: nothing, and they go by the supplier's present day.
    due_day = models.PositiveSmallIntegerField(null=True)
    # The least debt there were plans for when it was asked for; nothing of plans from before it was kept.
    least_kopecks = models.BigIntegerField(null=True)
    by_two = models.BooleanField()
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    first_by_name = models.CharField(max_length=100, blank=True)
    first_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    signed_by_name = models.CharField(max_length=100, blank=True)
    signed_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=100, blank=True)
    ended_because = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state__in=_LIVING), name="arrangements_plan_one_living"
            ),
            models.CheckConstraint(
                condition=Q(kopecks__gt=0) & Q(months__gte=2), name="arrangements_plan_positive"
            ),
            models.CheckConstraint(
                condition=(Q(first_by__isnull=True) | ~Q(first_by=F("person")))
                & (
                    Q(signed_by__isnull=True)
                    | ~Q(signed_by=F("person")) & Q(first_by__isnull=False) & ~Q(signed_by=F("first_by"))
                ),
                name="arrangements_plan_three_people",
            ),
            models.CheckConstraint(
                condition=Q(by_two=False) | ~Q(state__in=_SIGNED) | Q(signed_by__isnull=False),
                name="arrangements_plan_signed",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-asked_at"], name="arrangements_plan_account"),
            models.Index(fields=["id"], condition=Q(state__in=_LIVING), name="arrangements_plan_living"),
            models.Index(
                fields=["ended_on"],
                condition=Q(state__in=[InstalmentState.BROKEN.value, InstalmentState.PAID.value]),
                name="arrangements_plan_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.months} {self.state}"

    @property
    def money(self) -> Money:
        return Money(self.kopecks)


class InstalmentPart(models.Model):
    """One part of a plan: by which day how much; and the days on which it was spoken of."""

    plan = models.ForeignKey(InstalmentPlan, models.PROTECT, related_name="parts", db_index=False)
    no = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    kopecks = models.BigIntegerField()
    told_on = models.DateField(null=True)
    late_told_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "no"], name="arrangements_part_once"),
            models.UniqueConstraint(fields=["plan", "due_on"], name="arrangements_part_a_day"),
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="arrangements_part_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.no}"
