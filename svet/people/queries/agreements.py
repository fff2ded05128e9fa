"""Reads: which texts a person has agreed to, which have a newer version since, how many agreed to one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from svet.people.models import Consent
from svet.site import queries as site
from svet.site.rules import AgreementKind


def agreements_due(*, person_id: int, today: date) -> list[str]:
    """The kinds of texts of which the person agreed to an older version than holds on a local day."""
    newest: dict[str, int] = {}
    for row in Consent.objects.filter(person_id=person_id, withdrawn_at__isnull=True):
        newest[row.kind] = max(newest.get(row.kind, 0), row.version)
    return [
        kind.value
        for kind in AgreementKind
        if kind.value in newest
        and newest[kind.value] < site.current_agreement(kind=kind, today=today).version
    ]


def agreed_count(kind: AgreementKind) -> int:
    """How many people have agreed to a text, in whatever version: all are asked about the next one."""
    rows = Consent.objects.filter(kind=kind.value, withdrawn_at__isnull=True)
    return rows.values("person_id").distinct().count()


def texts_in_force(*, today: date) -> dict[str, int]:
    """By kind the version in force on a local day."""
    return {kind.value: site.current_agreement(kind=kind, today=today).version for kind in AgreementKind}


def texts_mark(versions: Mapping[str, int]) -> str:
    """Versions as a form carries them: whoever sends it back was shown these."""
    return " ".join(f"{kind}-{version}" for kind, version in versions.items())
