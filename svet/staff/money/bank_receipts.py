"""A late receipt of a bank's own till: the accountant closes it by the document that stands for it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from svet.look.requests import now_of
from svet.payments.operations.bank_receipts import close_bank_receipt
from svet.payments.queries.bank_receipts import late_bank_receipt_of
from svet.payments.queries.refunds import credited_payment
from svet.staff.money.receipts import ClosingForm, said_by_bank
from svet.staff.money.words import explain
from svet.staff.shell.desk import actor_of, deny_as_missing, desk_page
from svet.staff.shell.forms import answer
from svet.staffing.rules import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.MONEY)
def bank_receipt(request: HttpRequest, credited_order_public_id: str) -> HttpResponse:
    """What the bank has said of a payment's receipt; POST closes one that is late."""
    payment = credited_payment(credited_order_public_id)
    if payment is None:
        deny_as_missing(request, subject="order", public_id=credited_order_public_id)
    form = ClosingForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        close_bank_receipt(
            order_public_id=payment.public_id,
            document=form.cleaned_data["document"],
            why=form.cleaned_data["reason"],
            by=actor_of(request),
            now=now_of(request),
        )
        messages.success(request, _("Чек закрыт: банк о нём больше не спросим."))
        return redirect("staff-money-payment", payment.public_id)

    def context() -> dict[str, Any]:
        late = late_bank_receipt_of(payment.public_id, now=now_of(request))
        return {
            "payment": payment,
            "late": late,
            "said": said_by_bank(late.state) if late else "",
            "form": form,
        }

    return answer(request, "staff/money_bank_receipt.html", context, form=form, act=act, explain=explain)


urlpatterns: list[URLPattern] = [
    path(
        "money/payments/<public_id:credited_order_public_id>/receipt/",
        bank_receipt,
        name="staff-money-bank-receipt",
    ),
]
