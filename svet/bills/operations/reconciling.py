"""The files of a reconciliation statement, made for whoever asks and kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from django.utils import translation

from svet.bills.drawing.reconciliation import draw_reconciliation, write_reconciliation
from svet.bills.queries.reconciling import reconciliation
from svet.kernel.actors import Actor


class ReconciliationForm(StrEnum):
    """How the statement is wanted: to print and sign, or to count with."""

    PDF = "pdf"
    XLSX = "xlsx"


_MAKERS: Final = {
    ReconciliationForm.PDF: (draw_reconciliation, "application/pdf"),
    ReconciliationForm.XLSX: (
        write_reconciliation,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}


@dataclass(frozen=True, slots=True)
class ReconciliationFile:
    """A statement as a file."""

    name: str
    media_type: str
    content: bytes


def reconciliation_file(
    *,
    actor: Actor,
    account_public_id: str,
    since: date,
    until: date,
    form: ReconciliationForm,
    now: datetime,
) -> ReconciliationFile:
    """The account's statement of ``since``…``until``, both included, as the actor may see it.

    The same movements at the same moment give the same bytes.

    :raises AccountNotFound: absent or not for the actor
    :raises ReconciliationRefused: no statement of such a period
    :raises BooksDisagree: the ledger contradicts itself
    """
    statement = reconciliation(
        actor=actor, account_public_id=account_public_id, since=since, until=until, now=now
    )
    make, media_type = _MAKERS[form]
    # Like the bill it is a Russian document whatever language the cabinet speaks.
    with translation.override("ru"):
        content = make(statement)
    name = f"reconciliation-{statement.parties.account_number}-{since}-{until}.{form}"
    return ReconciliationFile(name, media_type, content)
