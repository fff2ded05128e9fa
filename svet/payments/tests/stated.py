"""Rows of statements that nothing fits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from svet.accounts.models import Provider
from svet.payments.models import BankStatement, Source, StatementRow


def a_statement_row(provider: Provider, *, kopecks: int = 300_00, **more: Any) -> StatementRow:
    """A row of ЮKassa that waits for its days since yesterday; ``more`` makes it another one."""
    now = timezone.now()
    source, _ = Source.objects.get_or_create(
        code="yookassa", defaults={"name": "ЮKassa", "inn": "7750005725", "acquirer": True, "added_at": now}
    )
    given: dict[str, Any] = {
        "statement": _statement(provider, now=now),
        "provider": provider,
        "own_account": "40702810000000000001",
        "line_no": 1,
        "number": "77",
        "booked_on": timezone.localdate() - timedelta(days=1),
        "kopecks": kopecks,
        "party_name": "ООО НКО «ЮМани»",
        "party_inn": "7750005725",
        "party_account": "30232810000000000009",
        "party_bic": "044525000",
        "purpose": "Перевод по договору",
        "state": "waiting",
        "source": source,
        "taken_at": now,
    }
    return StatementRow.objects.create(**(given | more))


def waiting_statement_row(provider: Provider, *, now: datetime) -> str:
    """The outer id of one."""
    return a_statement_row(provider, taken_at=now).public_id


def _statement(provider: Provider, *, now: datetime) -> BankStatement:
    day = timezone.localdate()
    found, _ = BankStatement.objects.get_or_create(
        account="40702810000000000001",
        sha256="0" * 64,
        defaults={
            "provider": provider,
            "name": "kl_to_1c.txt",
            "form": "1c",
            "begins_on": day,
            "ends_on": day,
            "opening_kopecks": 0,
            "closing_kopecks": 0,
            "taken_at": now,
            "taken_by": "test",
        },
    )
    return found
