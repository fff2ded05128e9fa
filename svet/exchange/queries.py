"""Reads of the registers taken."""

from __future__ import annotations

from django.db.models import F, QuerySet, Sum

from svet.exchange.models import ImportFile, ImportRow


def files() -> QuerySet[ImportFile]:
    """Every register taken, newest first."""
    return ImportFile.objects.order_by("-taken_at", "-pk")


def waiting_line(reference: str) -> tuple[str, int, str] | None:
    """Where a row that waits stands: the register's number, its line there, and the line as it came."""
    rows = ImportRow.objects.filter(reference=reference, state__in=["suspense", "changed"])
    return rows.order_by("pk").values_list("file__number", "line_no", "raw").first()


def register_by_number(number: str) -> ImportFile | None:
    """The register with this number («Р-…»)."""
    return ImportFile.objects.filter(number=number).first()


def broken() -> list[str]:
    """Registers whose rows and sums do not add up to what the file said (I-12)."""
    wrong = ImportFile.objects.exclude(
        rows=F("applied") + F("repeated") + F("suspense") + F("rejected") + F("changed")
    ).values_list("number", flat=True)
    breaches = [f"register {number}: rows do not add up" for number in wrong]
    counted = (ImportRow.State.APPLIED, ImportRow.State.SUSPENSE)
    sums = (
        ImportRow.objects.filter(profile="payments", state__in=counted)
        .values("file__number", "file__sum_kopecks")
        .annotate(total=Sum("kopecks"))
        .exclude(total=F("file__sum_kopecks"))
    )
    breaches += [f"register {row['file__number']}: sum of rows differs" for row in sums]
    return breaches
