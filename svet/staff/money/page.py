"""«Деньги»: payments by card before a person, callbacks nobody could place, rows of registers that wait."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from svet.arrangements.queries.plans import waiting_plan_count, waiting_plans
from svet.fiscal.queries import late_receipt_count, unmade_count
from svet.kernel.money import Money
from svet.look.requests import now_of
from svet.payments import queries
from svet.payments.queries import suspense
from svet.payments.queries.acts import waiting_act_count, waiting_acts
from svet.payments.queries.bank_receipts import late_bank_receipt_count
from svet.payments.queries.chargebacks import open_chargeback_count, open_chargebacks
from svet.payments.queries.refunds import find_credited, waiting_refund_count, waiting_refunds
from svet.payments.queries.sendings import open_sending_count
from svet.payments.queries.silence import silent_banks
from svet.payments.rules.registers import CaseKind
from svet.staff.money import (
    bank_receipts,
    chargebacks,
    corrections,
    days,
    plans,
    receipts,
    refunds,
    rows,
    sendings,
    statements,
)
from svet.staff.money import cases as money_cases
from svet.staff.money.words import from_whom, how_long, why_callback, why_order, why_row
from svet.staff.shell.desk import Desk, desk_page
from svet.staff.shell.searching import asked_of, keep_search
from svet.staffing.rules import Permission

MOST = 100
_SUM = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,2})?", re.ASCII)


def _count(now: datetime) -> int:
    return sum(queries.waiting_for_a_person()) + (
        suspense.waiting_count()
        + waiting_act_count()
        + waiting_refund_count()
        + waiting_plan_count()
        + open_chargeback_count()
        + open_sending_count()
        + late_receipt_count(now=now)
        + late_bank_receipt_count(now=now)
    )


DESK = Desk(
    name="money",
    label=gettext_lazy("Деньги"),
    url="/staff/money/",
    icon="wallet",
    permission=Permission.MONEY,
    letter="n",
    count=_count,
)


@dataclass(frozen=True, slots=True)
class Case:
    """One thing of the desk as the list shows it."""

    kind: CaseKind
    subject: str
    money: Money | None
    title: str
    why: str
    waits: str
    since: datetime
    words: tuple[str, ...]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def money(request: HttpRequest) -> HttpResponse:
    """The three lists, the longest waiting first; ``q`` finds by sum, number, account or name."""
    if request.method == "POST":
        return keep_search(request)
    asked = asked_of(request).get("q", "").replace("\0", "").strip()[:60]
    now = now_of(request)
    lists = [
        _list(
            gettext_lazy("Платежи картой на проверке"),
            "staff-money-order",
            [case for case in _orders(now) if _fits(case, asked)],
        ),
        _list(
            gettext_lazy("Сообщения банка без платежа"),
            "staff-money-callback",
            [case for case in _callbacks(now) if _fits(case, asked)],
        ),
        _list(gettext_lazy("Платежи из реестров"), "staff-money-row", _rows(now, asked)),
    ]
    acts = [] if asked else [corrections.shown_act(one) for one in waiting_acts(limit=MOST)]
    back = [] if asked else [refunds.shown_refund(one) for one in waiting_refunds(limit=MOST)]
    disputes = [] if asked else [chargebacks.shown_chargeback(one) for one in open_chargebacks(limit=MOST)]
    to_send = [] if asked else sendings.rows(limit=MOST, now=now)
    late = receipts.late(limit=MOST, now=now, text=asked, kopecks=_kopecks(asked))
    unmade = 0 if asked else unmade_count(now=now)
    at_banks = [] if asked else receipts.late_at_banks(limit=MOST, now=now)
    parts = [] if asked else [plans.shown_plan(one) for one in waiting_plans(limit=MOST, now=now)]
    credited = find_credited(text=asked, kopecks=_kopecks(asked), limit=MOST) if asked else []
    context = {
        "asked": asked,
        "lists": lists,
        "acts": acts,
        "refunds": back,
        "plans": parts,
        "plans_decided": plans.decided_words(now=now) if parts else "",
        "chargebacks": disputes,
        "to_send": to_send,
        "late_receipts": late,
        "late_count": len(late) if asked else late_receipt_count(now=now),
        "late_reasons": [] if asked else receipts.reasons(now=now),
        "unmade": unmade,
        "late_at_banks": at_banks,
        "late_at_bank_count": late_bank_receipt_count(now=now) if at_banks else 0,
        "silent": silent_banks(),
        "credited": credited,
        "any": any((acts, back, parts, disputes, to_send, late, unmade, at_banks, credited))
        or any(one["cases"] for one in lists),
        "most": MOST,
    }
    return render(request, "staff/money.html", context)


def _orders(now: datetime) -> list[Case]:
    return [
        Case(
            CaseKind.ORDER,
            one.public_id,
            one.total if one.taken is None else one.taken,
            one.number,
            why_order(one),
            how_long(one.age(now)),
            one.since,
            (one.number, one.bank_reference, one.payee, *one.accounts),
        )
        for one in queries.orders_in_review()
    ]


def _callbacks(now: datetime) -> list[Case]:
    return [
        Case(
            CaseKind.CALLBACK,
            str(one.callback_id),
            one.money,
            one.order_number or one.bank_reference,
            why_callback(one),
            how_long(one.age(now)),
            one.received_at,
            (one.order_number, one.bank_reference, one.event),
        )
        for one in queries.open_callbacks()
    ]


def _rows(now: datetime, asked: str) -> list[Case]:
    return [
        Case(
            CaseKind.ROW,
            one.public_id,
            one.money,
            f"{from_whom(one)}, {one.external_id}",
            why_row(one),
            how_long(now - one.since),
            one.since,
            (one.account_text, one.payer, one.provider_name),
        )
        for one in suspense.waiting(limit=MOST, text=asked, kopecks=_kopecks(asked))
    ]


def _kopecks(asked: str) -> int | None:
    text = asked.replace(" ", "").replace("\xa0", "").rstrip("₽")
    return abs(int(Decimal(text.replace(",", ".")) * 100)) if _SUM.fullmatch(text) else None


def _fits(case: Case, asked: str) -> bool:
    kopecks = _kopecks(asked)
    if kopecks is not None and case.money is not None and abs(case.money.kopecks) == kopecks:
        return True
    return any(asked.casefold() in word.casefold() for word in (case.title, *case.words))


def _list(title: Any, route: str, cases: list[Case]) -> dict[str, Any]:
    kind = cases[0].kind if cases else CaseKind.ROW
    owners = suspense.owners(kind=kind, subjects=[case.subject for case in cases])
    return {
        "title": title,
        "route": route,
        "cases": [(case, owners.get(case.subject)) for case in cases],
        "sum": Money.total(case.money for case in cases if case.money is not None),
    }


urlpatterns: list[URLPattern] = [
    path("money/", money, name="staff-money"),
    *money_cases.urlpatterns,
    *rows.urlpatterns,
    *corrections.urlpatterns,
    *receipts.urlpatterns,
    *bank_receipts.urlpatterns,
    *refunds.urlpatterns,
    *plans.urlpatterns,
    *chargebacks.urlpatterns,
    *days.urlpatterns,
    *statements.urlpatterns,
]
