"""Promises to pay by a day, plans of instalments, and each supplier's limits of both and of refunds."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from svet.arrangements.models.limits import MoneyLimitsPolicy
from svet.arrangements.models.plans import InstalmentPart, InstalmentPlan
from svet.arrangements.rules import PromiseState
from svet.kernel.fields import PublicIdField
from svet.kernel.money import Money

__all__ = ["InstalmentPart", "InstalmentPlan", "MoneyLimitsPolicy", "PaymentPromise"]


class PaymentPromise(models.Model):
    """Somebody's word that what an account owed is paid by a day.

    ``after_seq`` is the account's newest posting when it was made: what was posted later is judged.
    """

    public_id = PublicIdField()
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=8, choices=[(each.value, each.value) for each in PromiseState], default=PromiseState.OPEN
    )
    kopecks = models.BigIntegerField()
    made_at = models.DateTimeField()
    # Days of the account's supplier.
    made_on = models.DateField()
    until_on = models.DateField()
    after_seq = models.BigIntegerField()
    paid_on = models.DateField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state=PromiseState.OPEN.value),
                name="arrangements_promise_one_open",
            ),
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="arrangements_promise_positive"),
            models.CheckConstraint(condition=Q(until_on__gt=F("made_on")), name="arrangements_promise_ahead"),
            models.CheckConstraint(
                condition=Q(state=PromiseState.KEPT.value, paid_on__isnull=False, paid_on__lte=F("until_on"))
                | ~Q(state=PromiseState.KEPT.value) & Q(paid_on__isnull=True),
                name="arrangements_promise_kept_in_time",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-made_at"], name="arrangements_promise_account"),
            models.Index(
                fields=["id"], condition=Q(state=PromiseState.OPEN.value), name="arrangements_promise_open"
            ),
            models.Index(
                fields=["until_on"],
                condition=Q(state=PromiseState.BROKEN.value),
                name="arrangements_promise_broken",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.until_on} {self.state}"

    @property
    def money(self) -> Money:
        return Money(self.kopecks)
