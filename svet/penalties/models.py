"""What suppliers do about penalties, what was shown of them, and how each month's run ended."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from svet.penalties.rules.policies import PenaltyMode
from svet.penalties.rules.showing import ShownCause
from svet.penalties.rules.streams import AllocationOrder
from svet.tariffs.rules.law import LawAct


class PenaltyPolicy(models.Model):
    """Whether penalties are shown and what money pays first: from a month until the next row."""

    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    since = models.DateField()
    mode = models.CharField(max_length=8, choices=[(each.value, each.value) for each in PenaltyMode])
    order = models.CharField(max_length=16, choices=[(each.value, each.value) for each in AllocationOrder])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "since"], name="penalties_policy_unique"),
            models.CheckConstraint(condition=Q(since__day=1), name="penalties_policy_from_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.since}"


class ShownPenalty(models.Model):
    """A difference that a month's run has posted to an account, and what it was counted from. Append-only.

    ``no`` counts an account's rows; ``through`` is the last day that was counted, ``known_seq`` the last of
    the account's postings that was known, ``posting_seq`` the number of the row's own. ``lines`` are all runs
    of days that should stand, together ``should_kopecks``; ``before_kopecks`` is what runs had posted.
    """

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    no = models.PositiveIntegerField()
    period = models.DateField()
    through = models.DateField()
    known_seq = models.BigIntegerField()
    posting_seq = models.BigIntegerField()
    should_kopecks = models.BigIntegerField()
    before_kopecks = models.BigIntegerField()
    kopecks = models.BigIntegerField()
    cause = models.CharField(max_length=16, choices=[(each.value, each.value) for each in ShownCause])
    lines = models.JSONField()
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "no"], name="penalties_shown_numbered"),
            models.CheckConstraint(condition=~Q(kopecks=0), name="penalties_shown_not_zero"),
            models.CheckConstraint(condition=Q(period__day=1), name="penalties_shown_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.no}"

    @property
    def ledger_key(self) -> str:
        """The key of the ledger transaction that posts it."""
        return f"pen:{self.account_id}:{self.no}"


class PenaltyRun(models.Model):
    """How the penalties of a supplier's month were shown with its bills.

    ``untold`` accounts have penalties that nobody could count: ``missing`` is the act that is not known here
    for the day ``missing_on``.
    """

    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    period = models.DateField()
    mode = models.CharField(max_length=8)
    accounts = models.PositiveIntegerField(default=0)
    kopecks = models.BigIntegerField(default=0)
    untold = models.PositiveIntegerField(default=0)
    missing = models.CharField(
        max_length=16, blank=True, choices=[(each.value, each.value) for each in LawAct]
    )
    missing_on = models.DateField(null=True)
    ran_at = models.DateTimeField()
    ran_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "period"], name="penalties_run_once"),
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.period}"
