"""«Оплата»: what stands on every account, one button for all of them, and the way back from the bank."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.bills import queries as bills
from svet.cabinet.payment.confirm import agreed, beyond, in_row, question
from svet.cabinet.payment.form import PaymentForm
from svet.cabinet.payment.order import order_page
from svet.cabinet.payment.sheet import chosen_of_order, sheet
from svet.cabinet.payment.shown import PaymentSheet
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.fiscal.queries import receipts_of
from svet.journal import operations as journal
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.limits import texts as limit_texts
from svet.limits.operations import LimitReached
from svet.payments import operations, queries, texts
from svet.payments.operations.asking_back import offer_back
from svet.payments.queries.acts import moves_of_payment
from svet.payments.queries.refunds import refunds_of
from svet.payments.rules.parts import PartAct, SeriesNeed
from svet.payments.rules.states import OrderState

LOOK_AGAIN_AFTER = timedelta(seconds=2)
#: So long after there is one it leads on to the bank's page by itself: later the person has been there.
LEADS_FOR = timedelta(minutes=2)


@require_safe
@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """The accounts of all groups with what stands on them.

    ``?again=ORDER`` fills in an earlier order, ``?after=ORDER`` what is left of a series for several payees,
    ``?show=debts`` leaves out what owes nothing, ``?only=ACCOUNT`` all accounts but one.
    """
    chosen = chosen_of_order(actor_of(request), request.GET.get("again", ""))
    after = request.GET.get("after", "")
    return _render(
        request,
        sheet(
            person_id=person_of(request).person_id,
            now=now_of(request),
            chosen=chosen,
            after=after,
            only_debts=_only_debts(request),
            only=_only(request),
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def pay(request: HttpRequest) -> HttpResponse:
    """Keep the order and go to the bank; what is wrong is said beside its field, nothing typed is lost."""
    if request.method != "POST":
        return _see_other("/payment/")  # a reload of the page that showed what was wrong
    form = PaymentForm(request.POST)
    if form.is_recount or not form.is_valid():
        return _again(request, form, status=200 if form.is_recount else 422)
    try:
        asked = question(form, person_id=person_of(request).person_id, now=now_of(request))
        if not agreed(asked):
            return render(request, "cabinet/payment_confirm.html", {"question": asked})
        order = operations.begin_payment(
            by=actor_of(request),
            wanted=operations.OrderRequest(
                lines=form.lines,
                key=form.key,
                expected_total=form.expected_total,
                return_url_base=f"{request.scheme}://{request.get_host()}",
                receipt_email=form.email,
                card=form.card,
                keep_card=form.keep_card,
                in_turn=form.in_turn or beyond(asked),
                in_row=in_row(asked),
                after=form.after,
                due=bills.due_days(public_ids=[account for account, _ in form.lines]),
            ),
            now=now_of(request),
        )
    except operations.CardNotFound as refusal:
        _note_stranger(request, "payments.card_not_found", [form.card])
        form.add_error("card", texts.explain(refusal))
        return _again(request, form, status=422)
    except NotFound as refusal:
        _note_stranger(request, "payments.account_not_found", [account for account, _ in form.lines])
        raise Http404 from refusal
    except LimitReached as refusal:
        form.add_error("", limit_texts.explain(refusal))
        return _again(request, form, status=429)
    except Conflict as refusal:
        form.add_error("", texts.explain(refusal))
        form.renew_key()
        return _again(request, form, status=409)
    except operations.SeveralPayeesRefused as refusal:
        form.turns = refusal.shares
        return _again(request, form, status=422)
    except Refused as refusal:
        form.add_error(refusal.field, texts.explain(refusal))
        return _again(request, form, status=422)
    if order.state == OrderState.WAITING and order.bank_page_url:
        return _see_other(order.bank_page_url)
    # No page yet: that of the order leads there as soon as there is one.
    leads = "?go=1" if order.state in (OrderState.CREATED, OrderState.SENT) else ""
    return _see_other(f"/payment/orders/{order.public_id}/{leads}")


@require_safe
@signed_in
def order(request: HttpRequest, public_id: str) -> HttpResponse:
    """Where the bank sends the person back: the state from the first second, until it is final.

    With ``?go=1`` on to the bank's page as soon as there is one, however long a worker was away.
    """
    actor, now = actor_of(request), now_of(request)
    try:
        found = queries.order_for(actor, public_id=public_id)
    except NotFound as refusal:
        _note_stranger(request, "payments.order_not_found", [public_id])
        raise Http404 from refusal
    person_id = person_of(request).person_id
    series = queries.series_of(person_id=person_id, public_id=found.public_id, now=now)
    live = series.current if series is not None else found
    silent, moves = False, series is not None and series.need is SeriesNeed.GO
    if (moves or live.state in (OrderState.SENT, OrderState.WAITING)) and (
        live.looked_at is None or now - live.looked_at >= LOOK_AGAIN_AFTER
    ):
        silent = operations.look_at_order(order_id=live.order_id, now=now)
        found = queries.order_for(actor, public_id=public_id)
        series = queries.series_of(person_id=person_id, public_id=found.public_id, now=now)
    part = request.headers.get("HX-Request") == "true"
    template = "cabinet/payment_order_state.html" if part else "cabinet/payment_order.html"
    last = series.parts[-1].public_id if series is not None else found.public_id
    left = queries.remainder(person_id=person_id, public_id=last)
    own = found.person_id == person_id
    credited = own and found.state is OrderState.CREDITED
    offer = offer_back(by=actor, order_public_id=found.public_id, now=now) if credited else None
    view = order_page(
        found,
        now=now,
        silent=silent,
        left=left,
        series=series,
        # Somebody else's request about a payment is between them and the staff.
        refunds=refunds_of(order_public_id=found.public_id) if own else (),
        moves=moves_of_payment(order_public_id=found.public_id) if own else (),
        receipts=receipts_of([found.order_id], seen_by=actor).get(found.order_id, ()),
        overpaid=offer is not None and any(line.over for line in offer.lines),
    )
    leads = request.GET.get("go") == "1" and own and _leads(found, now=now)
    if leads and view.bank_url:
        return HttpResponse(headers={"HX-Redirect": view.bank_url}) if part else _see_other(view.bank_url)
    return render(request, template, {"view": view, "go": "?go=1" if leads else ""})


def _leads(found: queries.OrderView, *, now: datetime) -> bool:
    """Whether the person has not been at the bank's page yet, as far as we know."""
    came = [change.at for change in found.changes if change.new is OrderState.WAITING]
    return not came or now - came[0] < LEADS_FOR


@require_POST
@signed_in
def parts(request: HttpRequest, public_id: str) -> HttpResponse:
    """What the payer says about the rest of a series: again, another card, go on, stop."""
    try:
        act = PartAct(request.POST.get("act", "")[:20])
    except ValueError:
        raise Http404 from None
    try:
        begun = operations.decide_parts(
            by=actor_of(request), public_id=public_id, act=act, now=now_of(request)
        )
    except NotFound as refusal:
        _note_stranger(request, "payments.order_not_found", [public_id])
        raise Http404 from refusal
    except LimitReached as refusal:
        messages.error(request, limit_texts.explain(refusal))
    except Refused as refusal:
        messages.error(request, texts.explain(refusal))
    else:
        if begun is not None and begun.state == OrderState.WAITING and begun.bank_page_url:
            return _see_other(begun.bank_page_url)
    return _see_other(f"/payment/orders/{public_id}/")


def _again(request: HttpRequest, form: PaymentForm, *, status: int) -> HttpResponse:
    person_id = person_of(request).person_id
    found = sheet(
        person_id=person_id,
        now=now_of(request),
        form=form,
        only_debts=_only_debts(request),
        only=_only(request),
    )
    return _render(request, found, status=status)


def _only_debts(request: HttpRequest) -> bool:
    return request.GET.get("show") == "debts"


def _only(request: HttpRequest) -> str:
    return request.GET.get("only", "")[:40]


def _render(request: HttpRequest, sheet_: PaymentSheet, *, status: int = 200) -> HttpResponse:
    return render(request, "cabinet/payment.html", {"sheet": sheet_}, status=status)


def _see_other(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def _note_stranger(request: HttpRequest, action: str, ids: list[str]) -> None:
    journal.record_security(
        by=actor_of(request), action=action, now=now_of(request), details={"ids": [i[:32] for i in ids[:50]]}
    )


urlpatterns: list[URLPattern] = [
    path("payment/", page, name="payment"),
    path("payment/pay/", pay, name="payment-pay"),
    path("payment/orders/<public_id:public_id>/", order, name="payment-order"),
    path("payment/orders/<public_id:public_id>/parts/", parts, name="payment-order-parts"),
]
