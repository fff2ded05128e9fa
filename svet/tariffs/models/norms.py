"""Norms of regions as dated rows."""

from __future__ import annotations

from django.db import models


class NormRow(models.Model):
    """kWh a month for a person, by rooms, persons, stove and heating; ``valid_to`` is the last day it holds.

    A band without a beginning is for any number, one without an end for that many and more. The next table
    gives a row without an end its own (``ended_at`` that moment); a wrong table is gone and stays to be read.
    """

    region = models.CharField(max_length=80)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    rooms_from = models.SmallIntegerField(null=True)
    rooms_to = models.SmallIntegerField(null=True)
    persons_from = models.SmallIntegerField(null=True)
    persons_to = models.SmallIntegerField(null=True)
    stove = models.CharField(max_length=8, blank=True)
    electric_heating = models.BooleanField(null=True)
    kwh = models.DecimalField(max_digits=7, decimal_places=3)
    source_url = models.CharField(max_length=300, blank=True)
    decree = models.CharField(max_length=200, blank=True)
    demonstration = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    loaded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    gone_document = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(kwh__gt=0), name="tariffs_norm_positive"),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
                name="tariffs_norm_dates_ordered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region} {self.valid_from} {self.kwh}"
