"""Prices as dated rows: what was published, loaded and corrected."""

from __future__ import annotations

from django.db import models

from svet.metering.rules import Zone


class TariffCorrection(models.Model):
    """Loaded prices were wrong: who put others in their place, when, and by what document. Never changed."""

    document = models.CharField(max_length=300)
    made_by = models.CharField(max_length=100)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.document} {self.made_at:%Y-%m-%d}"


class TariffRow(models.Model):
    """One price of one range in one zone; ``valid_to`` is the last day it holds, as regulators print it.

    The range ends at ``range_upper_kwh``, or at ``per_person`` kWh for each person (``least`` in all), or
    nobody has published where (``limit_unknown``); else nowhere. A row counts until a correction takes it
    away (``gone_with``) and stays to be read; ``brought_with`` is the correction that put it there instead.
    """

    region = models.CharField(max_length=80)
    group_code = models.CharField(max_length=40)
    group_name = models.TextField()
    scheme = models.SmallIntegerField()
    zone = models.CharField(max_length=8)
    range_no = models.SmallIntegerField()
    range_upper_kwh = models.IntegerField(null=True)
    limit_unknown = models.BooleanField(default=False)
    per_person = models.IntegerField(null=True)
    least = models.IntegerField(default=0)
    price = models.DecimalField(max_digits=9, decimal_places=5)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source_url = models.CharField(max_length=300, blank=True, default="")
    decree = models.CharField(max_length=200, blank=True, default="")
    demonstration = models.BooleanField(default=False)
    note = models.TextField(blank=True, default="")
    loaded_at = models.DateTimeField()
    brought_with = models.ForeignKey(
        TariffCorrection, on_delete=models.PROTECT, null=True, related_name="brought"
    )
    gone_with = models.ForeignKey(TariffCorrection, on_delete=models.PROTECT, null=True, related_name="took")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["region", "group_code", "scheme", "zone", "range_no", "valid_from"],
                condition=models.Q(gone_with__isnull=True),
                name="tariffs_row_unique",
            ),
            models.CheckConstraint(condition=models.Q(price__gt=0), name="tariffs_price_positive"),
            models.CheckConstraint(
                condition=models.Q(range_upper_kwh__isnull=True) | models.Q(range_upper_kwh__gt=0),
                name="tariffs_upper_positive",
            ),
            models.CheckConstraint(condition=models.Q(scheme__in=[1, 2, 3]), name="tariffs_scheme_known"),
            models.CheckConstraint(
                condition=models.Q(range_no__gte=1, range_no__lte=99), name="tariffs_range_known"
            ),
            models.CheckConstraint(
                condition=models.Q(limit_unknown=False, per_person__isnull=True, least=0)
                | models.Q(limit_unknown=False, per_person__gt=0, least__gte=0, range_upper_kwh__isnull=True)
                | models.Q(
                    limit_unknown=True, per_person__isnull=True, least=0, range_upper_kwh__isnull=True
                ),
                name="tariffs_one_limit",
            ),
            models.CheckConstraint(
                condition=models.Q(zone__in=[v.value for v in Zone]), name="tariffs_zone_known"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="tariffs_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.group_code} {self.scheme}/{self.zone}/{self.range_no} {self.valid_from}"
