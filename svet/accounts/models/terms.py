"""What of each contract decides prices and norms, from which day on, as it was known at any time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from svet.accounts.rules.terms import LONGEST_GROUP, Stove, TermsSource
from svet.staffing.rules import LONGEST_REASON


class Terms(models.Model):
    """All terms of an account from ``since`` until its next row that counts (ADR 99).

    Rows are appended. A wrong one is followed by another that ``replaces`` it; then it is ``gone_at`` that
    moment and stays to be read. The only change a row knows is that it goes.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, db_index=False)
    since = models.DateField()
    tariff_group = models.CharField(max_length=LONGEST_GROUP, blank=True)
    residents = models.PositiveSmallIntegerField(null=True, blank=True)
    area = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    rooms = models.PositiveSmallIntegerField(null=True, blank=True)
    stove = models.CharField(max_length=8, blank=True)
    electric_heating = models.BooleanField(null=True, blank=True)
    source = models.CharField(max_length=8)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    known_at = models.DateTimeField()
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "since"], condition=Q(gone_at__isnull=True), name="terms_once_a_day"
            ),
            models.CheckConstraint(
                name="terms_stove_known", condition=Q(stove__in=["", *(each.value for each in Stove)])
            ),
            models.CheckConstraint(
                name="terms_source_known", condition=Q(source__in=[each.value for each in TermsSource])
            ),
        ]
        indexes = [models.Index(fields=["account", "since"], name="terms_of_account")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.since}"
