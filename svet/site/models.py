"""The installation's one row and the texts people agree to."""

from __future__ import annotations

from datetime import time

from django.db import models

from svet.site.rules import AgreementKind, Care


class Installation(models.Model):
    """Who runs this portal: one retailer, one row."""

    brand = models.CharField(max_length=80)
    legal_name = models.CharField(max_length=160)
    hotline = models.CharField(max_length=40)
    hotline_hours = models.CharField(max_length=80)
    hotline_first_day = models.PositiveSmallIntegerField(default=1)
    hotline_last_day = models.PositiveSmallIntegerField(default=5)
    hotline_opens = models.TimeField(default=time(8))
    hotline_closes = models.TimeField(default=time(19))
    site_url = models.URLField(max_length=200, blank=True)
    address = models.CharField(max_length=200, blank=True)
    primary_color = models.CharField(max_length=7)
    accent_color = models.CharField(max_length=7)
    reception_email = models.EmailField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="site_installation_one_row", condition=models.Q(id=1)),
            models.CheckConstraint(
                name="site_installation_colors",
                condition=models.Q(primary_color__regex=r"^#[0-9a-f]{6}$")
                & models.Q(accent_color__regex=r"^#[0-9a-f]{6}$"),
            ),
            models.CheckConstraint(
                name="site_installation_hotline_days",
                condition=models.Q(
                    hotline_first_day__gte=1,
                    hotline_last_day__lte=7,
                    hotline_first_day__lte=models.F("hotline_last_day"),
                ),
            ),
        ]


class Agreement(models.Model):
    """One published version of a text; a published version is never edited, the next one is published.

    ``published_on`` is the first day on which it holds, local to the installation; one taken back before that
    day never holds.
    """

    kind = models.CharField(max_length=16, choices=[(kind.value, kind.value) for kind in AgreementKind])
    version = models.PositiveIntegerField()
    published_on = models.DateField()
    title = models.CharField(max_length=200)
    body = models.TextField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="site_agreement_kind_version"),
            models.CheckConstraint(
                name="site_agreement_version_from_one", condition=models.Q(version__gte=1)
            ),
        ]


class DatabaseHome(models.Model):
    """In which cluster and database these rows are at home; one row, none before the first ``svet migrate``.

    A copy brought elsewhere finds another cluster or database around it, and so knows that it is one: then
    nobody may be told or charged from it until ``svet resume`` (ADR 138). ``held_at`` says the same by hand.
    ``copied_at`` is the moment of which the copy is.
    """

    system_identifier = models.CharField(max_length=20)
    database_oid = models.BigIntegerField()
    held_at = models.DateTimeField(null=True)
    copied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="site_databasehome_one_row", condition=models.Q(id=1))]


class CareNote(models.Model):
    """When something was last done to keep the installation safe, and what came of it; a row a care."""

    care = models.CharField(
        max_length=8, primary_key=True, choices=[(care.value, care.value) for care in Care]
    )
    at = models.DateTimeField()
    well = models.BooleanField()
    words = models.CharField(max_length=300, blank=True)
    well_at = models.DateTimeField(null=True)


class ProvedPiece(models.Model):
    """Rows by keys as ``svet verify`` last found them: ``mark`` tells of news, such as how many there are.

    ``turn`` is the number of that look and no moment of a clock; ``broken``: it must be looked at again. The
    rows can be deleted at any time: then all is proved again.
    """

    name = models.CharField(max_length=16)
    piece = models.BigIntegerField()
    mark = models.BigIntegerField()
    turn = models.BigIntegerField()
    broken = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "piece"], name="site_piece_proved_once")]
