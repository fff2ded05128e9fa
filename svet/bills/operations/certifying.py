"""Certificates of no debt: given to whoever may see the bills, drawn from their rows, checked by codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountView
from svet.bills.drawing.certificate import draw_certificate
from svet.bills.models import DebtCertificate
from svet.bills.queries.certificates import (
    certificate_by_code,
    certificate_for,
    debt_to_certify,
)
from svet.bills.queries.consumption import consumption_by_code
from svet.bills.rules import canonical, digest
from svet.bills.rules.certificates import (
    CertificateNotFound,
    CertificateReason,
    CertificateRefused,
    CertificateView,
    new_certificate_code,
    typed_code,
)
from svet.bills.rules.consumption import ConsumptionView
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO, Money
from svet.kernel.places import Place, path_of
from svet.kernel.transactions import use_case
from svet.limits import operations as limits
from svet.limits.rules import LimitName, network_of


@dataclass(frozen=True, slots=True)
class CertificateFile:
    """A certificate as a PDF."""

    name: str
    content: bytes


def certify(
    *, actor: Actor, account_public_id: str, now: datetime, in_transit: Money = ZERO
) -> CertificateView:
    """Give a certificate of today; the same one while day, books and parties are the same.

    ``in_transit`` is money on its way, which a refusal names.

    :raises AccountNotFound: absent or not for the actor
    :raises CertificateRefused: something is late, or the supplier charges by itself
    """
    account = account_queries.account_for(actor, public_id=account_public_id)
    if not account.provider.service.charged_here:
        # What else the supplier charged, and is not in a register yet, nobody here knows.
        raise CertificateRefused(CertificateReason.CHARGED_ELSEWHERE)
    today = account_queries.provider_today(account.provider, now)
    standing, debt = debt_to_certify(account=account, today=today, transit=in_transit)
    parties = parties_of(account)
    same = {
        "account_id": account.account_id,
        "on": today,
        "seq": standing.seq,
        "kind": debt.kind.value,
        "due_kopecks": debt.due,
        "due_on": debt.due_on,
        "parties_sha256": digest(canonical(parties)),
    }
    row = DebtCertificate(
        **same,
        code=new_certificate_code(),
        owed_kopecks=debt.owed,
        overpaid_kopecks=debt.overpaid,
        penalty_kopecks=debt.penalty,
        parties=parties,
        asked_by=f"{actor.kind.value} {actor.name or actor.person_id or ''}".strip(),
        made_at=now,
    )
    with use_case():
        # Of two that are asked for at once the second one stands aside for the first.
        DebtCertificate.objects.bulk_create([row], ignore_conflicts=True)
        kept = DebtCertificate.objects.get(**same)
    return certificate_for(actor=actor, account_public_id=account_public_id, public_id=kept.public_id)


def certificate_file(*, actor: Actor, account_public_id: str, public_id: str) -> CertificateFile:
    """The paper of a certificate as the actor may see it; always the same bytes.

    :raises CertificateNotFound: none such, or not for the actor
    """
    view = certificate_for(actor=actor, account_public_id=account_public_id, public_id=public_id)
    account = account_queries.account_for(actor, public_id=account_public_id)
    zone = ZoneInfo(account.provider.time_zone)
    # Like the bill it is a Russian document whatever language the cabinet speaks.
    with translation.override("ru"):
        content = draw_certificate(view, address=check_address(view.code), zone=zone)
    return CertificateFile(f"certificate-{view.account_number}-{view.on}.pdf", content)


def check_address(code: str) -> str:
    """Where the certificate of this code is checked: a page of this installation."""
    return urljoin(settings.BASE_URL, path_of(Place("check-code", (code,))))


def check_certificate(*, typed: str, address: str, now: datetime) -> CertificateView | ConsumptionView:
    """What was certified under the code somebody typed or scanned, masked.

    :raises LimitReached: too many from this network
    :raises CertificateNotFound: no such code, however it is wrong
    """
    limits.spend(limit=LimitName.CHECKS_PER_NETWORK, key=network_of(address), now=now)
    code = typed_code(typed)
    # Both are asked whatever the first says: how long it takes must not tell a kind.
    debt, use = certificate_by_code(code), consumption_by_code(code)
    found = debt or use
    if found is None:
        raise CertificateNotFound
    return found


def parties_of(account: AccountView) -> dict[str, str]:
    """Between whom it is, as the registry has it today, and how it is shown to those it masks them from."""
    provider = account.provider
    return {
        "supplier": provider.legal_name or provider.name,
        "inn": provider.inn,
        "account_number": account.number,
        "holder": account_queries.shown_holder(account, confirmed=True),
        "masked_holder": account_queries.shown_holder(account, confirmed=False),
        "address": account_queries.shown_address(account, confirmed=True),
        "masked_address": account_queries.shown_address(account, confirmed=False),
    }
