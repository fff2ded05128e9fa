"""«Вернуть деньги»: a credited payment, a new refund seen first, and one refund with its acts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
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

from svet.fiscal.queries import receipts_of_payment
from svet.kernel.refusals import Refused
from svet.look.requests import now_of
from svet.payments.operations import giving_back as operations
from svet.payments.queries import refunds as queries
from svet.payments.queries.refunds import PaymentLine, RefundRequestView
from svet.payments.rules.acts import LONGEST_DOCUMENT
from svet.payments.rules.giving_back import NewRefund
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.rules.states import RefundState
from svet.payments.texts import giving_back as wording
from svet.staff.money.corrections import ActSumField
from svet.staff.money.receipts import shown_receipt
from svet.staff.money.words import explain
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page, member_at
from svet.staff.shell.forms import ReasonForm, answer
from svet.staffing.rules import Permission
from svet.staffing.texts import name_in_words

_BADGES = {
    RefundState.TO_SIGN: "warning",
    RefundState.APPROVED: "info",
    RefundState.SENT: "info",
    RefundState.UNKNOWN: "warning",
    RefundState.DONE: "success",
    RefundState.REFUSED: "error",
    RefundState.WITHDRAWN: "neutral",
}


class RefundForm(ReasonForm):
    """How much of each line, by what document; ``shown`` stands for the balances the member has seen."""

    document = forms.CharField(
        label=gettext_lazy("Документ"), max_length=LONGEST_DOCUMENT, required=False, strip=True
    )
    shown = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, lines: list[PaymentLine]) -> None:
        super().__init__(data)
        self.lines = [line for line in lines if line.left]
        for line in self.lines:
            self.fields[line.account_public_id] = ActSumField(
                label=_("Аб. № %(number)s, ₽") % {"number": line.account_number},
                max_digits=12,
                decimal_places=2,
                required=False,
                initial=line.left.roubles,
            )
        self.order_fields([line.account_public_id for line in self.lines])

    def new(self) -> NewRefund:
        """What was filled in; an empty field gives nothing back of its line."""
        data = self.cleaned_data
        typed = {line.account_public_id: data[line.account_public_id] for line in self.lines}
        return NewRefund(
            {account: int(Decimal(sum_) * 100) for account, sum_ in typed.items() if sum_ is not None},
            data["document"],
        )


class WhyRefundForm(ReasonForm):
    """Why a refund is called back, or closed."""


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def payment(request: HttpRequest, credited_order_public_id: str) -> HttpResponse:
    """A credited payment: what came back of it, and a new refund, looked at first."""
    found = queries.credited_payment(credited_order_public_id)
    if found is None:
        deny_as_missing(request, subject="order", public_id=credited_order_public_id)
    by, now = actor_of(request), now_of(request)
    lines = queries.lines_of_payment(found.public_id)
    form = RefundForm(request.POST if request.method == "POST" else None, lines=lines)
    seen: list[operations.RefundPreview] = []

    def act() -> HttpResponse | None:
        new = form.new()
        if request.POST.get("act") != "write":
            seen.append(operations.preview_refund(by=by, order_public_id=found.public_id, new=new, now=now))
            return None
        report = operations.write_refund(
            by=by,
            order_public_id=found.public_id,
            new=new,
            reason=form.cleaned_data["reason"],
            shown=form.cleaned_data["shown"],
            now=now,
        )
        said = _("Записано и ждёт второй подписи.") if report.waits else _("Возврат уйдёт в банк сейчас.")
        messages.success(request, said)
        return redirect("staff-money-refund", report.public_id)

    def context() -> dict[str, Any]:
        return {
            "payment": found,
            "lines": lines,
            "form": form,
            "preview": seen[0] if seen else None,
            "maker": _maker(found.receipts),
            "receipts": [shown_receipt(one, now=now) for one in receipts_of_payment(found.public_id)],
            "refunds": [shown_refund(one) for one in queries.refunds_of(order_public_id=found.public_id)],
        }

    return answer(request, "staff/money_payment.html", context, form=form, act=act, explain=explain)


def _maker(maker: ReceiptMaker) -> str:
    """What is said of the receipt of a payment while there is none of ours."""
    match maker:
        case ReceiptMaker.BANK:
            return _("делает банк, номера мы не знаем")
        case ReceiptMaker.CASHBOX:
            return _("онлайн-касса ещё не получила его от нас")
        case ReceiptMaker.NOBODY:
            return _("делаем не мы")


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def refund(request: HttpRequest, refund_public_id: str) -> HttpResponse:
    """One refund: what it does, the second signature, calling it back, closing one nobody can tell of."""
    found = queries.refund_by_id(refund_public_id)
    if found is None:
        deny_as_missing(request, subject="refund", public_id=refund_public_id)
    by, now = actor_of(request), now_of(request)
    form = WhyRefundForm(request.POST if request.method == "POST" else None)
    asked = request.POST.get("act", "")

    def act() -> HttpResponse | None:
        terms: dict[str, Any] = {"by": by, "refund_public_id": refund_public_id, "now": now}
        if asked == "sign":
            approved = operations.sign_refund(**terms, shown=request.POST.get("shown", ""))
            said = (
                _("Подписано: возврат уйдёт в банк сейчас.")
                if approved
                else _("Подписано. Нужна подпись ещё одного сотрудника.")
            )
            messages.success(request, said)
        elif asked == "withdraw":
            operations.withdraw_refund(**terms, reason=form.cleaned_data["reason"])
            messages.success(request, _("Отозвано. Банк об этом возврате не узнает."))
        elif asked == "close":
            operations.close_doubtful(**terms, reason=form.cleaned_data["reason"])
            messages.success(request, _("Закрыто. Деньги снова на лицевом счёте."))
        return redirect("staff-money-refund", refund_public_id)

    def context() -> dict[str, Any]:
        known = queries.refund_by_id(refund_public_id) or found
        preview, trouble = _preview(request, known)
        return {
            "row": shown_refund(known),
            "form": form,
            "preview": preview,
            "trouble": trouble,
            "mine": member_at(request).person_id in (known.written_by_id, known.first_by_id),
            "may_withdraw": known.state in (RefundState.TO_SIGN, RefundState.APPROVED),
        }

    return answer(request, "staff/money_refund.html", context, form=form, act=act, explain=explain)


def _preview(request: HttpRequest, known: RefundRequestView) -> tuple[operations.RefundPreview | None, str]:
    """What a second signature would do, or why it cannot be put any more."""
    if known.state is not RefundState.TO_SIGN:
        return None, ""
    try:
        seen = operations.preview_waiting_refund(
            by=actor_of(request), refund_public_id=known.public_id, now=now_of(request)
        )
    except Refused as refused:
        return None, explain(refused)
    return seen, ""


def shown_refund(one: RefundRequestView) -> dict[str, Any]:
    """A refund in words."""
    named = replace(
        one,
        written_by=name_in_words(one.written_by),
        first_by=name_in_words(one.first_by),
        signed_by=name_in_words(one.signed_by),
        ended_by=name_in_words(one.ended_by),
    )
    two = one.by_payer and one.first_at is None
    return {
        "refund": named,
        "state": wording.refund_state(one.state, two=two),
        "badge": _BADGES[one.state],
    }


urlpatterns: list[URLPattern] = [
    path("money/payments/<public_id:credited_order_public_id>/", payment, name="staff-money-payment"),
    path("money/refunds/<public_id:refund_public_id>/", refund, name="staff-money-refund"),
]
