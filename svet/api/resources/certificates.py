"""Certificates of no debt: asked for, listed, and their files."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Status

from svet.api.resources.accounts import ids_of
from svet.api.shell.contract import file_of
from svet.api.shell.idempotency import once
from svet.api.shell.identity import AUTH, allowed
from svet.api.shell.schemas import ProblemOut
from svet.api.shell.shapes import Shape
from svet.bills import operations, queries
from svet.bills.rules.certificates import CertificateView
from svet.kernel.money import ZERO
from svet.payments import queries as payments
from svet.people.rules import Scope

router = Router(tags=["Bills"], auth=AUTH)


class CertificateOut(Shape):
    """A certificate of no debt, of one day and the account's postings up to ``seq``.

    ``kind``: no_debt, or not_due, where ``owed_kopecks`` are owed and none of them late; ``due_kopecks`` of
    them by ``due_on``, ``penalty_kopecks`` of them penalties. ``code`` opens its page for whoever is given
    the paper: ``check_url``.
    """

    id: str
    code: str
    on: date
    seq: int
    kind: str
    owed_kopecks: int
    due_kopecks: int
    due_on: date | None
    overpaid_kopecks: int
    penalty_kopecks: int
    check_url: str


@router.post(
    "/accounts/{account_id}/certificates",
    response={201: CertificateOut, 404: ProblemOut, 422: ProblemOut},
    summary="Ask for a certificate of no debt",
)
def certify(request: HttpRequest, account_id: str) -> Status[Any]:
    """A certificate of today; the same one while nothing has changed. 422 where something is late."""
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    (key,) = ids_of(caller, account_id)
    now = timezone.now()

    def act(_key: str) -> tuple[int, dict[str, Any]]:
        view = operations.certify(
            actor=caller.actor,
            account_public_id=account_id,
            now=now,
            in_transit=payments.in_transit([key]).get(key, ZERO),
        )
        return 201, _out(view)

    return once(request, actor=caller.actor, now=now, act=act)


@router.get(
    "/accounts/{account_id}/certificates",
    response={200: list[CertificateOut], 404: ProblemOut},
    summary="Certificates of no debt",
)
def certificates(request: HttpRequest, account_id: str) -> list[dict[str, Any]]:
    """The newest hundred that were given, newest first."""
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    (key,) = ids_of(caller, account_id)
    return [_out(each) for each in queries.certificates(actor=caller.actor, account_id=key, limit=100)]


@router.get(
    "/accounts/{account_id}/certificates/{certificate_id}/pdf",
    response={404: ProblemOut},
    summary="A certificate of no debt as PDF",
    openapi_extra=file_of("application/pdf"),
)
def certificate_pdf(request: HttpRequest, account_id: str, certificate_id: str) -> HttpResponse:
    """The paper with its code, ``application/pdf``; always the same bytes."""
    caller = allowed(request, Scope.BILLS_READ, narrows=True)
    ids_of(caller, account_id)
    file = operations.certificate_file(
        actor=caller.actor, account_public_id=account_id, public_id=certificate_id
    )
    name = f'attachment; filename="{file.name}"'
    return HttpResponse(file.content, content_type="application/pdf", headers={"Content-Disposition": name})


def _out(view: CertificateView) -> dict[str, Any]:
    debt = view.debt
    return {
        "id": view.public_id,
        "code": view.code,
        "on": view.on.isoformat(),
        "seq": view.seq,
        "kind": debt.kind.value,
        "owed_kopecks": debt.owed,
        "due_kopecks": debt.due,
        "due_on": debt.due_on and debt.due_on.isoformat(),
        "overpaid_kopecks": debt.overpaid,
        "penalty_kopecks": debt.penalty,
        "check_url": operations.check_address(view.code),
    }
