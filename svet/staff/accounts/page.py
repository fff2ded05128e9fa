"""«Счета»: the search, and one account on one screen; opening one is written down."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from svet.accounts import queries
from svet.accounts.queries import finding
from svet.journal import operations as journal
from svet.look.requests import now_of
from svet.payments.registers import WAITING
from svet.payments.texts import register_state_name
from svet.staff.accounts.search import LONGEST, search, search_money
from svet.staff.accounts.view import account_screen
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page, member_at
from svet.staffing.rules import Permission

DESK = Desk(
    name="accounts",
    label=gettext_lazy("Счета"),
    url="/staff/accounts/",
    icon="search",
    permission=Permission.ACCOUNTS,
    letter="a",
)


@require_safe
@desk_page(Permission.ACCOUNTS)
def accounts(request: HttpRequest) -> HttpResponse:
    """What the search found; one account alone is opened at once."""
    asked = request.GET.get("q", "")[:LONGEST].replace("\x00", "").strip()
    rows, money = search(asked), search_money(asked)
    if len(rows) == 1 and not money:
        return redirect("staff-account", rows[0].public_id)
    context: dict[str, Any] = {
        "asked": asked,
        "rows": rows,
        "full": len(rows) == finding.MOST,
        "register": money.register,
        "money": [(row, row.state in WAITING, register_state_name(row.state)) for row in money.rows],
        "may_money": Permission.MONEY in member_at(request).permissions,
    }
    return render(request, "staff/accounts.html", context)


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
    return render(request, "staff/account.html", screen)


urlpatterns: list[URLPattern] = [
    path("accounts/", accounts, name="staff-accounts"),
    path("accounts/<slug:public_id>/", account, name="staff-account"),
]
