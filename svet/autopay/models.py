"""Agreements, the months they charged, the tries of each, and every change of their states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db import models
from django.db.models import Q

from svet.autopay.rules import READY, STANDING, AgreementCause, AgreementState, AutopayTerms, TurnState
from svet.kernel.fields import PublicIdField
from svet.kernel.money import Money
from svet.kernel.periods import Month

_AGREEMENT_STATES = [(state.value, state.value) for state in AgreementState]
_TURN_STATES = [(state.value, state.value) for state in TurnState]
_TAKEN = (TurnState.CHARGING.value, TurnState.PAID.value)
_CAUSES = [(cause.value, cause.value) for cause in AgreementCause]


class AutopayAgreement(models.Model):
    """One person's word that one account is paid by one bound card each month; its terms never change.

    Other terms are another agreement, which replaces it. ``since``: when it last became active.
    """

    public_id = PublicIdField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    account = models.ForeignKey("accounts.Account", models.PROTECT, related_name="+")
    card = models.ForeignKey("payments.BoundCard", models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=10, choices=_AGREEMENT_STATES, default=AgreementState.OFFERED)
    cause = models.CharField(max_length=20, choices=_CAUSES, blank=True)
    ceiling_kopecks = models.BigIntegerField(null=True)
    day_of_month = models.PositiveSmallIntegerField(null=True)
    days_after_bill = models.PositiveSmallIntegerField(null=True)
    made_at = models.DateTimeField()
    since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Two would charge the same debt at the same noon.
            models.UniqueConstraint(
                fields=["account"], condition=Q(state__in=sorted(STANDING)), name="autopay_one_of_an_account"
            ),
            models.CheckConstraint(
                condition=Q(day_of_month__isnull=True, days_after_bill__isnull=False)
                | Q(day_of_month__isnull=False, days_after_bill__isnull=True),
                name="autopay_one_way_to_say_when",
            ),
            models.CheckConstraint(
                condition=Q(ceiling_kopecks__isnull=True) | Q(ceiling_kopecks__gt=0),
                name="autopay_ceiling_positive",
            ),
            models.CheckConstraint(
                condition=Q(state=AgreementState.ENDED.value, ended_at__isnull=False)
                | (~Q(state=AgreementState.ENDED.value) & Q(ended_at__isnull=True)),
                name="autopay_ended_at",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(STANDING)) | Q(since__isnull=False), name="autopay_since"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=~Q(state=AgreementState.ENDED.value),
                name="autopay_alive",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.state}"

    @property
    def terms(self) -> AutopayTerms:
        ceiling = None if self.ceiling_kopecks is None else Money(self.ceiling_kopecks)
        return AutopayTerms(ceiling, self.day_of_month, self.days_after_bill)


class AgreementChange(models.Model):
    """One step in the life of an agreement."""

    agreement = models.ForeignKey(AutopayAgreement, models.PROTECT, related_name="changes")
    old = models.CharField(max_length=10, blank=True)
    new = models.CharField(max_length=10, choices=_AGREEMENT_STATES)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    cause = models.CharField(max_length=20, choices=_CAUSES, blank=True)

    class Meta:
        ordering = ["agreement_id", "id"]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class AutopayTurn(models.Model):
    """The charge of the bill of one month by one agreement: told once, charged once.

    ``told_kopecks`` bounds it. ``due_at`` is the moment told, ``charge_at`` when to try next: later, when
    somebody else's payment had begun. ``first_on``: the day the retries are counted from. Who has
    ``skip_key`` may skip it without a sign-in; it stands in the message and nowhere else.
    """

    public_id = PublicIdField()
    agreement = models.ForeignKey(AutopayAgreement, models.PROTECT, related_name="turns", db_index=False)
    month = models.DateField()
    bill = models.CharField(max_length=48)
    state = models.CharField(max_length=10, choices=_TURN_STATES, default=TurnState.TOLD)
    told_at = models.DateTimeField()
    told_kopecks = models.BigIntegerField()
    first_on = models.DateField()
    due_at = models.DateTimeField()
    charge_at = models.DateTimeField()
    declines = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=40, blank=True)
    charged_kopecks = models.BigIntegerField(default=0)
    skip_key = models.CharField(max_length=40, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "month"], name="autopay_turn_once_a_month"),
            models.CheckConstraint(condition=Q(told_kopecks__gt=0), name="autopay_turn_told_positive"),
            models.CheckConstraint(
                condition=Q(charged_kopecks__gte=0) & Q(charged_kopecks__lte=models.F("told_kopecks")),
                name="autopay_turn_never_above_told",
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=models.F("told_at")), name="autopay_turn_told_before"
            ),
        ]
        indexes = [
            models.Index(
                fields=["charge_at"],
                condition=Q(state__in=sorted(READY)),
                name="autopay_turn_ready",
            ),
            models.Index(
                fields=["id"],
                condition=Q(state=TurnState.CHARGING.value),
                name="autopay_turn_charging",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.month}: {self.state}"

    @property
    def told(self) -> Money:
        return Money(self.told_kopecks)


class TurnChange(models.Model):
    """One step in the life of a month."""

    turn = models.ForeignKey(AutopayTurn, models.PROTECT, related_name="changes")
    old = models.CharField(max_length=10, blank=True)
    new = models.CharField(max_length=10, choices=_TURN_STATES)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["turn_id", "id"]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class AutopayTry(models.Model):
    """One order of a month; its number makes the order's key, so that a repeated begin is the same order."""

    turn = models.ForeignKey(AutopayTurn, models.PROTECT, related_name="tries", db_index=False)
    no = models.PositiveSmallIntegerField()
    order = models.OneToOneField("payments.Order", models.PROTECT, related_name="+")
    kopecks = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["turn", "no"], name="autopay_try_numbered"),
            models.CheckConstraint(condition=Q(kopecks__gt=0), name="autopay_try_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.turn_id}/{self.no}"


def taken_by_others(agreements: Iterable[AutopayAgreement], months: Mapping[int, Month]) -> frozenset[int]:
    """Of these agreements those whose bill another one has charged, or is charging; ``months`` by account."""
    rows = list(agreements)
    found = AutopayTurn.objects.filter(
        agreement__account_id__in=months, month__in={one.first for one in months.values()}, state__in=_TAKEN
    )
    taken = list(found.values_list("agreement_id", "agreement__account_id", "month"))
    return frozenset(
        row.pk
        for row in rows
        for agreement_id, account_id, month in taken
        if account_id == row.account_id
        and agreement_id != row.pk
        and account_id in months
        and months[account_id].first == month
    )
