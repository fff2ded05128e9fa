"""Acts of the office about meters and accounts: facts with days, as they were known at any time."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from svet.kernel.fields import PublicIdField
from svet.metering.rules.acts import LONGEST_NUMBER, OF_METER, ActOf
from svet.staffing.rules import LONGEST_REASON


def _signer() -> models.ForeignKey[Any, Any]:
    """Whoever of the staff has put a hand to it; empty: a command."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )


class OfficeAct(models.Model):
    """What an act says of the days ``since``…``until`` (half-open; empty: it is not over), ADR 99.

    ``meter`` is empty where the act is about the whole account. It counts from ``signed_at``, by a second
    member where the kind asks for one, until ``gone_at``: withdrawn for a reason, or another row ``replaces``
    it, such as the one that gives it its end by a further document ``end_number``.
    """

    public_id = PublicIdField()
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, db_index=False)
    meter = models.ForeignKey(
        "metering.Meter", null=True, blank=True, on_delete=models.PROTECT, db_index=False
    )
    kind = models.CharField(max_length=10)
    number = models.CharField(max_length=LONGEST_NUMBER)
    end_number = models.CharField(max_length=LONGEST_NUMBER, blank=True)
    drawn_on = models.DateField()
    since = models.DateField()
    until = models.DateField(null=True, blank=True)
    persons = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=LONGEST_REASON)
    by = _signer()
    known_at = models.DateTimeField()
    signed_by = _signer()
    signed_at = models.DateTimeField(null=True, blank=True)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    gone_at = models.DateTimeField(null=True, blank=True)
    gone_reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    gone_by = _signer()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="office_act_kind_known", condition=Q(kind__in=[each.value for each in ActOf])
            ),
            models.CheckConstraint(
                name="office_act_days_in_order", condition=Q(until__isnull=True) | Q(until__gt=F("since"))
            ),
            models.CheckConstraint(
                name="office_act_of_a_meter_or_not",
                condition=Q(kind__in=sorted(each.value for each in OF_METER), meter__isnull=False)
                | (~Q(kind__in=sorted(each.value for each in OF_METER)) & Q(meter__isnull=True)),
            ),
            models.CheckConstraint(
                name="office_act_persons_away",
                condition=Q(kind=ActOf.AWAY.value, persons__gte=1, until__isnull=False)
                | (~Q(kind=ActOf.AWAY.value) & Q(persons__isnull=True)),
            ),
            models.CheckConstraint(
                name="office_act_two_hands",
                condition=Q(signed_by__isnull=True) | Q(by__isnull=True) | ~Q(signed_by=F("by")),
            ),
        ]
        indexes = [
            models.Index(fields=["account", "since"], name="office_act_of_account"),
            models.Index(
                fields=["known_at"],
                condition=Q(signed_at__isnull=True, gone_at__isnull=True),
                name="office_act_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}: {self.since}…{self.until or ''}"
