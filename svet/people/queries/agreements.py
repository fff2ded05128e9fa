"""Reads: which texts a person has agreed to, and which have a newer version since."""

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
