"""«Счета»: the search, and one account on one screen; opening one is written down."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.accounts import queries
from svet.accounts.queries import AccountView, finding
from svet.accounts.queries.suppliers import provider_today
from svet.bills import operations as bills
from svet.bills import queries as bill_queries
from svet.bills.rules.certificates import CertificateNotFound, CertificateRefused
from svet.bills.rules.reconciliation import ReconciliationRefused, usual_period
from svet.bills.texts import certificate_row, explain
from svet.journal import operations as journal
from svet.kernel.money import ZERO
from svet.look.forms import SpanForm, add_refusal
from svet.look.requests import now_of
from svet.payments import queries as payments
from svet.payments.rules.registers import WAITING
from svet.payments.texts import register_state_name
from svet.staff.accounts.penalties import penalties
from svet.staff.accounts.search import LONGEST, search_keys, search_money
from svet.staff.accounts.view import account_screen
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page, member_at
from svet.staff.shell.searching import asked_of, keep_search
from svet.staffing.rules import Permission

DESK = Desk(
    name="accounts",
    label=pgettext_lazy("лицевые", "Счета"),
    url="/staff/accounts/",
    icon="search",
    permission=Permission.ACCOUNTS,
    letter="a",
)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.ACCOUNTS)
def accounts(request: HttpRequest) -> HttpResponse:
    """What the search found; one account alone is opened at once."""
    if request.method == "POST":
        return keep_search(request)
    asked = asked_of(request).get("q", "")[:LONGEST].replace("\x00", "").strip()
    found, money = search_keys(asked), search_money(asked)
    page = _page(request, pages=-(-len(found) // finding.MOST))
    rows = finding.found(account_ids=found, offset=(page - 1) * finding.MOST)
    if len(found) == 1 and rows and not money:
        return redirect("staff-account", rows[0].public_id)
    context: dict[str, Any] = {
        "asked": asked,
        "rows": rows,
        "found": len(found),
        "full": len(found) >= finding.MOST_KEYS,
        "key": request.GET.get("s", ""),
        "before": page - 1,
        "after": page + 1 if len(found) > page * finding.MOST else 0,
        "register": money.register,
        "money": [(row, row.state in WAITING, register_state_name(row.state)) for row in money.rows],
        "may_money": Permission.MONEY in member_at(request).permissions,
        "may_terms": Permission.TERMS in member_at(request).permissions,
    }
    return render(request, "staff/accounts.html", context)


def _page(request: HttpRequest, *, pages: int) -> int:
    """The page of the answer that was asked for, from 1; anything else is the nearest there is."""
    asked = request.GET.get("page", "")
    return min(max(int(asked) if asked.isascii() and asked.isdigit() else 1, 1), max(pages, 1))


@require_safe
@desk_page(Permission.ACCOUNTS)
def account(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything the office knows about one account."""
    row = _viewed(request, public_id)
    return _screen(request, row, _span_form(request, row, bound=False))


@require_safe
@desk_page(Permission.ACCOUNTS)
def reconciliation(request: HttpRequest, account_public_id: str, kind: str) -> HttpResponse:
    """The account's statement of the asked days as a file; wrong ones come back beside their fields."""
    row = _viewed(request, account_public_id)
    form = _span_form(request, row, bound=True)
    if form.is_valid():
        try:
            file = bills.reconciliation_file(
                actor=actor_of(request),
                account_public_id=account_public_id,
                form=bills.ReconciliationForm(kind),
                now=now_of(request),
                **form.cleaned_data,
            )
        except ReconciliationRefused as refused:
            add_refusal(form, refused, explain(refused))
        else:
            return HttpResponse(
                file.content,
                content_type=file.media_type,
                headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
            )
    return _screen(request, row, form, status=422)


@require_POST
@desk_page(Permission.ACCOUNTS)
def certify(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """Give a certificate of no debt, or say beside the button why there is none."""
    row = _viewed(request, account_public_id)
    try:
        bills.certify(
            actor=actor_of(request),
            account_public_id=account_public_id,
            now=now_of(request),
            in_transit=payments.in_transit([row.account_id]).get(row.account_id, ZERO),
        )
    except CertificateRefused as refused:
        form = _span_form(request, row, bound=False)
        return _screen(request, row, form, refusal=explain(refused), status=422)
    return redirect(f"{reverse('staff-account', args=[account_public_id])}#certificate")


@require_safe
@desk_page(Permission.ACCOUNTS)
def certificate(request: HttpRequest, account_public_id: str, certificate_public_id: str) -> HttpResponse:
    """The certificate as a file."""
    _viewed(request, account_public_id)
    try:
        file = bills.certificate_file(
            actor=actor_of(request), account_public_id=account_public_id, public_id=certificate_public_id
        )
    except CertificateNotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    name = f'inline; filename="{file.name}"'
    return HttpResponse(file.content, content_type="application/pdf", headers={"Content-Disposition": name})


def _viewed(request: HttpRequest, public_id: str) -> AccountView:
    """The account, with a line that somebody looked at it."""
    actor = actor_of(request)
    try:
        row = queries.account_for(actor, public_id=public_id)
    except queries.AccountNotFound:
        deny_as_missing(request, subject="account", public_id=public_id)
    journal.record_security(
        by=actor,
        action="account.viewed",
        subject="account",
        subject_id=row.public_id,
        account_id=row.account_id,
        now=now_of(request),
    )
    return row


def _span_form(request: HttpRequest, row: AccountView, *, bound: bool) -> SpanForm:
    today = provider_today(row.provider, now_of(request))
    return SpanForm(request.GET if bound else None, usual=usual_period(today))


def _screen(
    request: HttpRequest, row: AccountView, form: SpanForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    screen = account_screen(row, now=now_of(request))
    screen["may_links"] = Permission.LINKS in member_at(request).permissions
    screen["may_terms"] = Permission.TERMS in member_at(request).permissions
    screen["may_money"] = Permission.MONEY in member_at(request).permissions
    screen["may_bill"] = Permission.BILLING in member_at(request).permissions
    screen["form"] = form
    screen["refusal"] = refusal
    screen["certificates"] = [
        certificate_row(each, url=reverse("staff-certificate-pdf", args=[row.public_id, each.public_id]))
        for each in bill_queries.certificates(actor=actor_of(request), account_id=row.account_id)
    ]
    return render(request, "staff/account.html", screen, status=status)


urlpatterns: list[URLPattern] = [
    path("accounts/", accounts, name="staff-accounts"),
    path("accounts/<public_id:public_id>/", account, name="staff-account"),
    path("accounts/<public_id:account_public_id>/penalties/", penalties, name="staff-account-penalties"),
    path("accounts/<public_id:account_public_id>/certificates/", certify, name="staff-certificates"),
    path(
        "accounts/<public_id:account_public_id>/certificates/<public_id:certificate_public_id>.pdf",
        certificate,
        name="staff-certificate-pdf",
    ),
    *(
        path(
            f"accounts/<public_id:account_public_id>/reconciliation.{kind}",
            reconciliation,
            {"kind": kind},
            name=f"staff-reconciliation-{kind}",
        )
        for kind in ("pdf", "xlsx")
    ),
]
