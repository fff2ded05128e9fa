"""Reads: which texts a person has agreed to, which have a newer version since, how many agreed to one."""

from __future__ import annotations

from svet.people.models import Consent
from svet.site import queries as site
from svet.site.rules import AgreementKind


def agreements_due(*, person_id: int) -> list[str]:
    """The kinds of texts of which the person agreed to an older version than the one in force."""
    newest: dict[str, int] = {}
    for row in Consent.objects.filter(person_id=person_id, withdrawn_at__isnull=True):
        newest[row.kind] = max(newest.get(row.kind, 0), row.version)
    return [
        kind.value
        for kind in AgreementKind
        if kind.value in newest and newest[kind.value] < site.current_agreement(kind=kind).version
    ]


def agreed_count(kind: AgreementKind) -> int:
    """How many people have agreed to a text, in whatever version: all are asked about the next one."""
    rows = Consent.objects.filter(kind=kind.value, withdrawn_at__isnull=True)
    return rows.values("person_id").distinct().count()
