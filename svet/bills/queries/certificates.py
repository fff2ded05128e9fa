"""Certificates of no debt: what can be certified of an account now, and those that were given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountView
from svet.bills.models import Bill, ConsumptionCertificate, DebtCertificate
from svet.bills.queries.dues import due_postings
from svet.bills.queries.reading import is_masked
from svet.bills.rules import Sums
from svet.bills.rules.certificates import (
    CertificateKind,
    CertificateNotFound,
    CertificateView,
    CertifiedDebt,
    certified_debt,
)
from svet.kernel.actors import Actor, ActorKind
from svet.kernel.ids import AccountId
from svet.kernel.money import ZERO, Money
from svet.ledger import queries as ledger
from svet.ledger.queries import Standing
from svet.ledger.rules import TransactionKind
from svet.penalties.queries import account_streams

#: How many of an account's certificates a list shows, newest first.
LISTED: Final = 5
#: No debt is asked for by more bills than ten years have.
_BILLS: Final = 120


@dataclass(frozen=True, slots=True)
class _OwedBill:
    due_on: date
    closing: int
    taken: int


def debt_to_certify(*, account: AccountView, today: date, transit: Money) -> tuple[Standing, CertifiedDebt]:
    """What the account owes and what of it is late, after its newest posting.

    :raises CertificateRefused: something is late
    """
    standing = ledger.standings([account.account_id])[account.account_id]
    bills = _bills(account.account_id, seq=standing.seq)
    since, charged = (None, ZERO)
    if not bills and standing.balance > ZERO:
        since, charged = _carried(account.account_id, seq=standing.seq)
    return standing, certified_debt(
        balance=standing.balance,
        bills=bills,
        unbilled_charges=charged,
        carried_since=since,
        transit=transit,
        penalty=_penalty(account),
        today=today,
    )


def _penalty(account: AccountView) -> Money:
    """What of the account's debt is penalties."""
    streams = account_streams(account.account_id, provider_id=account.provider.provider_id)
    return Money(streams.penalty)


def certificates(*, actor: Actor, account_id: int, limit: int = LISTED) -> list[CertificateView]:
    """The newest certificates of an account that the caller has let the actor see."""
    rows = DebtCertificate.objects.filter(account_id=account_id).select_related("account")
    found = list(rows.order_by("-made_at", "-id")[:limit])
    masked = bool(found) and is_masked(actor=actor, account_id=account_id)
    return [certificate_view(row, masked=masked or of_a_former_holder(row, actor)) for row in found]


def certificate_for(*, actor: Actor, account_public_id: str, public_id: str) -> CertificateView:
    """One certificate of the account as the actor may see it. :raises CertificateNotFound: none such"""
    row = (
        DebtCertificate.objects.filter(
            public_id=public_id,
            account__public_id=account_public_id,
            account__in=account_queries.visible_ids(actor),
        )
        .select_related("account")
        .first()
    )
    if row is None:
        raise CertificateNotFound
    masked = is_masked(actor=actor, account_id=row.account_id)
    return certificate_view(row, masked=masked or of_a_former_holder(row, actor))


def certificate_by_code(code: str) -> CertificateView | None:
    """The certificate of this code for whoever has it in hand, masked; None for no such code."""
    row = DebtCertificate.objects.filter(code=code).first()
    return None if row is None else certificate_view(row, masked=True)


def certificate_view(row: DebtCertificate, *, masked: bool) -> CertificateView:
    """A row as it is shown."""
    parties: Mapping[str, str] = row.parties
    hidden = "masked_" if masked else ""
    return CertificateView(
        public_id=row.public_id,
        code=row.code,
        on=row.on,
        seq=row.seq,
        debt=CertifiedDebt(
            CertificateKind(row.kind),
            row.owed_kopecks,
            row.due_kopecks,
            row.due_on,
            row.overpaid_kopecks,
            row.penalty_kopecks,
        ),
        supplier=parties["supplier"],
        inn=parties["inn"],
        account_number=parties["account_number"],
        holder=parties[f"{hidden}holder"],
        address=parties[f"{hidden}address"],
        made_at=row.made_at,
        masked=masked,
    )


def of_a_former_holder(row: DebtCertificate | ConsumptionCertificate, actor: Actor) -> bool:
    """A paper of the time before a hand-over names the former holder, as its bills do."""
    since = row.account.held_since
    return actor.kind is ActorKind.PERSON and since is not None and row.on < since


def _bills(account_id: AccountId, *, seq: int) -> list[_OwedBill]:
    """The account's bills of the postings up to ``seq``, newest first."""
    rows = Bill.objects.filter(account_id=account_id, to_seq__lte=seq).order_by("-no")
    found = []
    for due_on, stated in rows.values_list("due_on", "snapshot__sums")[:_BILLS]:
        sums = Sums(**stated)
        found.append(_OwedBill(due_on, sums.closing, sums.taken))
    return found


def _carried(account_id: AccountId, *, seq: int) -> tuple[date | None, Money]:
    """Since when an account without bills owes what it was brought with, and what was charged beside it."""
    moved = due_postings(account_id=account_id)[:seq]
    brought = [each for each in moved if each.kind == TransactionKind.OPENING and each.money > ZERO]
    charged = sum(
        (each.money for each in moved if each.kind != TransactionKind.OPENING and each.money > ZERO), ZERO
    )
    return (min(each.effective_on for each in brought), charged) if brought else (None, charged)
