"""Houses with common needs, as dated facts: terms, meters, rooms, readings, and what is frozen of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q

from svet.billing.rules.houses import HouseWay
from svet.kernel.fields import PublicIdField

_COUNTS = Q(gone_at__isnull=True)


class HouseRow(models.Model):
    """A house of a supplier, known by its ``code``."""

    public_id = PublicIdField()
    provider = models.ForeignKey(
        "accounts.Provider", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    code = models.CharField(max_length=40)
    address = models.CharField(max_length=300)
    known_at = models.DateTimeField()

    class Meta:
        db_table = "billing_house"
        constraints = [models.UniqueConstraint(fields=["provider", "code"], name="billing_house_unique")]

    def __str__(self) -> str:
        return self.code


class HouseFact(models.Model):
    """A fact of a house: it counts from ``known_at`` until ``gone_at``; a correction is another row."""

    house = models.ForeignKey(HouseRow, on_delete=models.PROTECT, related_name="+", db_index=False)
    known_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)
    by_name = models.CharField(max_length=100)

    class Meta:
        abstract = True


class HouseTermsRow(HouseFact):
    """How the common needs are counted from the month ``since`` (its first day) until the next row's.

    Areas are m², ``norm`` kWh a month for a m² of what is common, losses percent of what the meters show.
    """

    since = models.DateField()
    way = models.CharField(max_length=8)
    total_area = models.DecimalField(max_digits=10, decimal_places=2)
    common_area = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    norm = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    losses_percent = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))

    class Meta:
        db_table = "billing_houseterms"
        constraints = [
            models.UniqueConstraint(
                fields=["house", "since"], condition=_COUNTS, name="billing_houseterms_once"
            ),
            models.CheckConstraint(
                condition=Q(way__in=[each.value for each in HouseWay]), name="billing_houseterms_way_known"
            ),
            models.CheckConstraint(
                condition=~Q(way=HouseWay.NORM.value) | Q(norm__isnull=False, common_area__isnull=False),
                name="billing_houseterms_has_norm",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.since}"


class HouseMeterRow(HouseFact):
    """A meter of a house: its first month is ``since``, in which it began at ``initial``; ``until`` its last.

    ``final`` is what it showed when it went.
    """

    serial = models.CharField(max_length=40)
    digits = models.SmallIntegerField()
    ratio = models.DecimalField(max_digits=8, decimal_places=2)
    since = models.DateField()
    initial = models.DecimalField(max_digits=14, decimal_places=3)
    until = models.DateField(null=True)
    final = models.DecimalField(max_digits=14, decimal_places=3, null=True)

    class Meta:
        db_table = "billing_housemeter"
        constraints = [
            models.UniqueConstraint(
                fields=["house", "serial"], condition=_COUNTS, name="billing_housemeter_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True, final__isnull=True)
                | Q(until__gte=F("since"), final__isnull=False),
                name="billing_housemeter_went_with_a_value",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.serial}"


class HouseReadingRow(HouseFact):
    """What a meter of a house showed at the end of a month; ``turned``: its dial has begun again at zero.

    ``others_kwh`` is what rooms of the house used that are in nobody's book of ours.
    """

    serial = models.CharField(max_length=40)
    month = models.DateField()
    value = models.DecimalField(max_digits=14, decimal_places=3)
    turned = models.BooleanField(default=False)
    others_kwh = models.DecimalField(max_digits=14, decimal_places=3, default=Decimal(0))

    class Meta:
        db_table = "billing_housereading"
        constraints = [
            models.UniqueConstraint(
                fields=["house", "serial", "month"], condition=_COUNTS, name="billing_housereading_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.serial} {self.month}"


class HouseStayRow(HouseFact):
    """An account belongs to a house in the months ``since``…``until`` (first days of both), with its m²."""

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    since = models.DateField()
    until = models.DateField(null=True)
    area = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        db_table = "billing_housestay"
        constraints = [
            models.UniqueConstraint(
                fields=["account", "since"], condition=_COUNTS, name="billing_housestay_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="billing_housestay_months_in_order",
            ),
        ]
        indexes = [models.Index(fields=["house"], name="billing_housestay_house")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.since}"


class HouseMonthRow(HouseFact):
    """The common needs of a house in a month, frozen: what they were computed from, and when.

    ``horizon`` is the month of the run that did it, ``inputs`` a digest of what the house's own facts were:
    while they are the same, late readings of flats leave the row alone.
    """

    month = models.DateField()
    horizon = models.DateField()
    inputs = models.CharField(max_length=32)
    way = models.CharField(max_length=8)
    house_kwh = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    rooms_kwh = models.DecimalField(max_digits=14, decimal_places=3)
    norm_kwh = models.DecimalField(max_digits=14, decimal_places=3, null=True)
    total_area = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        db_table = "billing_housemonth"
        constraints = [
            models.UniqueConstraint(
                fields=["house", "month"], condition=_COUNTS, name="billing_housemonth_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.house_id} {self.month}"


class HouseShareRow(models.Model):
    """An account's part of a frozen month; ``up``: it has the thousandth that rounding left over."""

    house_month = models.ForeignKey(
        HouseMonthRow, on_delete=models.PROTECT, related_name="shares", db_index=False
    )
    account = models.ForeignKey("accounts.Account", on_delete=models.PROTECT, related_name="+")
    area = models.DecimalField(max_digits=8, decimal_places=2)
    up = models.BooleanField()
    kwh = models.DecimalField(max_digits=14, decimal_places=3)

    class Meta:
        db_table = "billing_houseshare"
        constraints = [
            models.UniqueConstraint(fields=["house_month", "account"], name="billing_houseshare_once")
        ]

    def __str__(self) -> str:
        return f"{self.house_month_id} {self.account_id}"


class HouseProblem(models.Model):
    """Why the common needs of a house in a month cannot be told; the next run that can tell takes it away."""

    house = models.ForeignKey(HouseRow, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    reason = models.CharField(max_length=40)
    details: Any = models.JSONField(default=dict)

    class Meta:
        db_table = "billing_houseproblem"
        constraints = [models.UniqueConstraint(fields=["house", "month"], name="billing_houseproblem_once")]

    def __str__(self) -> str:
        return f"{self.house_id} {self.month} {self.reason}"
