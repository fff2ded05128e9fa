"""«Счета»: the search, and one account on one screen; opening one is written down."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from svet.accounts import queries
from svet.accounts.queries import finding
from svet.journal import operations as journal
from svet.look.requests import now_of
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
    label=gettext_lazy("Счета"),
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
    screen = account_screen(row, now=now_of(request))
    screen["may_links"] = Permission.LINKS in member_at(request).permissions
    screen["may_terms"] = Permission.TERMS in member_at(request).permissions
    screen["may_money"] = Permission.MONEY in member_at(request).permissions
    screen["may_bill"] = Permission.BILLING in member_at(request).permissions
    return render(request, "staff/account.html", screen)


urlpatterns: list[URLPattern] = [
    path("accounts/", accounts, name="staff-accounts"),
    path("accounts/<public_id:public_id>/", account, name="staff-account"),
    path("accounts/<public_id:account_public_id>/penalties/", penalties, name="staff-account-penalties"),
]
