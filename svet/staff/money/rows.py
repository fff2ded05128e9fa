"""A row of a register that waits: put it on an account after seeing whose that is, send it back, close it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountView
from svet.exchange import queries as exchange
from svet.look.formats import roubles
from svet.look.requests import now_of
from svet.payments import operations
from svet.payments.queries import suspense
from svet.payments.queries.guesses import guesses
from svet.payments.queries.receipts import source_receipts
from svet.payments.queries.suspense import WaitingRow
from svet.payments.rules.registers import NO_DAY, WAITING, CaseKind, RegisterState
from svet.payments.texts.sources import receipts_words
from svet.staff.money.acts import CLAIMS, LIST, claim, ownership
from svet.staff.money.words import explain, from_whom, how_long, why_guess, why_row
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import ReasonForm, answer
from svet.staffing.rules import Permission


class PutForm(ReasonForm):
    """Whose the money is; ``seen`` is the account whose holder and address were shown."""

    account_number = forms.CharField(
        required=False, max_length=40, label=gettext_lazy("Номер лицевого счёта"), strip=False
    )
    paid_on = forms.DateField(
        required=False,
        label=gettext_lazy("День платежа"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": gettext_lazy("Введите день так: 31.12.2026.")},
    )
    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)
    field_order = ["account_number", "paid_on", "reason", "seen"]


class BackForm(ReasonForm):
    """Why it goes back or is closed."""

    prefix = "back"


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def row(request: HttpRequest, row_public_id: str) -> HttpResponse:
    """One row with its acts."""
    found = suspense.row_by_id(row_public_id)
    if found is None:
        deny_as_missing(request, subject="register_row", public_id=row_public_id)
    if found.state not in WAITING:
        messages.info(request, _("Эта строка уже разобрана."))
        return redirect(LIST)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    if act in CLAIMS:
        return claim(request, CaseKind.ROW, found.public_id, act)
    if act == "back":
        return _send_back(request, found)
    if act in ("check", "put"):
        return _put(request, found, act)
    return _page(request, found)


def _put(request: HttpRequest, found: WaitingRow, act: str) -> HttpResponse:
    form = PutForm(request.POST)
    seen: list[AccountView] = []

    def put() -> HttpResponse | None:
        typed = form.cleaned_data
        account = operations.account_for_row(
            row_public_id=found.public_id, account_number=typed["account_number"]
        )
        seen.append(account)
        if act != "put":
            return None
        operations.put_on_account(
            row_public_id=found.public_id,
            account_number=typed["account_number"],
            seen_public_id=typed["seen"],
            paid_on=typed["paid_on"] if found.reason in NO_DAY else None,
            by=actor_of(request),
            now=now_of(request),
            reason=typed["reason"],
        )
        return _done(request, _("На счёт %(number)s: %(sum)s.") % {
            "number": account.number, "sum": roubles(found.money),
        })  # fmt: skip

    return _page(request, found, put=form, seen=seen, act=put)


def _send_back(request: HttpRequest, found: WaitingRow) -> HttpResponse:
    form = BackForm(request.POST)

    def send_back() -> HttpResponse:
        operations.return_suspense(
            row_public_id=found.public_id,
            by=actor_of(request),
            now=now_of(request),
            reason=form.cleaned_data["reason"],
        )
        posted = _("Деньги списаны из невыясненных. Отправьте их в банке.")
        return _done(request, posted if found.posted else _("Строка закрыта."))

    return _page(request, found, back=form, act=send_back)


def _done(request: HttpRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(LIST)


def _page(
    request: HttpRequest,
    found: WaitingRow,
    *,
    put: PutForm | None = None,
    back: BackForm | None = None,
    seen: Sequence[AccountView] = (),
    act: Callable[[], HttpResponse | None] | None = None,
) -> HttpResponse:
    """The page of a row; ``seen`` is filled with the account that ``act`` has found for it."""
    if put is None:
        put = PutForm(initial={"account_number": found.account_text, "paid_on": _proposed_day(found)})
    back_form = back or BackForm()

    def unless_decided() -> HttpResponse | None:
        try:
            return act() if act is not None else None
        except operations.RowConflict as conflict:
            messages.error(request, explain(conflict))
            return redirect(LIST)

    def context() -> dict[str, Any]:
        account = seen[0] if seen else None
        line = exchange.waiting_line(found.key)
        return {
            "row": found,
            "why": why_row(found),
            "bank": from_whom(found),
            "receipts": receipts_words(source_receipts(found.source, on=found.paid_on)),
            "waits": how_long(now_of(request) - found.since),
            "line": line,
            "first": suspense.first_of(found) if found.state is RegisterState.DIFFERS else None,
            "guesses": [] if account else [(one.number, why_guess(one)) for one in guesses(found)],
            "asks_day": found.reason in NO_DAY,
            "reversal": found.money.kopecks < 0,
            "account": account,
            "holder": account_queries.shown_holder(account, confirmed=False) if account else "",
            "address": account_queries.shown_address(account, confirmed=False) if account else "",
            "put": put,
            # The page shows this account: only now may the next press put the money on it.
            "seen": account.public_id if account else "",
            "back": back_form,
            **ownership(request, CaseKind.ROW, found.public_id),
        }

    form = back_form if back is not None else put
    return answer(request, "staff/money_row.html", context, form=form, act=unless_decided, explain=explain)


def _proposed_day(found: WaitingRow) -> date | None:
    return found.effective_on if found.reason in NO_DAY else None


urlpatterns: list[URLPattern] = [
    path("money/rows/<public_id:row_public_id>/", row, name="staff-money-row"),
]
