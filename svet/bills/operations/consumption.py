"""Papers of use and payments in whole months: given to whoever may see the bills, drawn from their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.utils import translation

from svet.accounts import queries as account_queries
from svet.bills.drawing.consumption import draw_consumption, write_consumption
from svet.bills.models import ConsumptionCertificate
from svet.bills.operations.certifying import check_address, parties_of
from svet.bills.queries.consumption import consumption, consumption_paper
from svet.bills.rules import canonical, digest
from svet.bills.rules.certificates import new_certificate_code
from svet.bills.rules.consumption import ConsumptionView, month_of, statement_as_kept
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case


class ConsumptionForm(StrEnum):
    """How the paper is wanted: to hand over, or to count with."""

    PDF = "pdf"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        if self is ConsumptionForm.PDF:
            return "application/pdf"
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class ConsumptionFile:
    """A paper as a file."""

    name: str
    media_type: str
    content: bytes


def give_consumption(
    *, actor: Actor, account_public_id: str, since: str, until: str, now: datetime
) -> ConsumptionView:
    """Give the paper of the months ``since``…``until`` (``YYYY-MM``, both included) as they stand now.

    The same one while day, books, facts and parties are the same.

    :raises AccountNotFound: absent or not for the actor
    :raises ConsumptionRefused: no paper of such months; names the field
    :raises BooksDisagree: the ledger contradicts itself
    """
    account = account_queries.account_for(actor, public_id=account_public_id)
    first, last = month_of(since, field="since"), month_of(until, field="until")
    statement = statement_as_kept(consumption(actor=actor, account=account, since=first, until=last, now=now))
    parties = parties_of(account)
    same = {
        "account_id": account.account_id,
        "on": account_queries.provider_today(account.provider, now),
        "since": first.first,
        "until": last.first,
        "sha256": digest(canonical({"statement": statement, "parties": parties})),
    }
    row = ConsumptionCertificate(
        **same,
        code=new_certificate_code(),
        statement=statement,
        parties=parties,
        asked_by=f"{actor.kind.value} {actor.name or actor.person_id or ''}".strip(),
        made_at=now,
    )
    with use_case():
        # Of two that are asked for at once the second one stands aside for the first.
        ConsumptionCertificate.objects.bulk_create([row], ignore_conflicts=True)
        kept = ConsumptionCertificate.objects.get(**same)
    return consumption_paper(actor=actor, account_public_id=account_public_id, public_id=kept.public_id)


def consumption_file(
    *, actor: Actor, account_public_id: str, public_id: str, form: ConsumptionForm
) -> ConsumptionFile:
    """The paper as the actor may see it; always the same bytes.

    :raises CertificateNotFound: none such, or not for the actor
    """
    view = consumption_paper(actor=actor, account_public_id=account_public_id, public_id=public_id)
    account = account_queries.account_for(actor, public_id=account_public_id)
    zone = ZoneInfo(account.provider.time_zone)
    address = check_address(view.code)
    # Like the bill it is a Russian document whatever language the cabinet speaks.
    with translation.override("ru"):
        if form is ConsumptionForm.PDF:
            content = draw_consumption(view, address=address, zone=zone)
        else:
            content = write_consumption(view, address=address, zone=zone)
    name = f"consumption-{view.account_number}-{view.on}.{form.value}"
    return ConsumptionFile(name, form.media_type, content)
