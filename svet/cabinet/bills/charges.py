"""«Детализация расчётов» of an account, its reconciliation statement and its certificates of no debt."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountCard, AccountNotFound
from svet.bills import operations, queries, texts
from svet.bills.rules import Movement, Posted
from svet.bills.rules.certificates import CertificateNotFound, CertificateRefused
from svet.bills.rules.reconciliation import ReconciliationRefused, usual_period
from svet.bills.rules.sums import CHARGE
from svet.bills.texts import SumRow
from svet.cabinet.bills.agreed import agreed_words
from svet.cabinet.bills.page import bill_context
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.kernel.money import ZERO
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.look.forms import SpanForm, add_refusal
from svet.payments import queries as payments

#: So many of the last movements stand on the page of an account without bills; all are in the statement.
_MOST_MOVED: Final = 24


@require_safe
@signed_in
def account_charges(request: HttpRequest, public_id: str) -> HttpResponse:
    """«Детализация расчётов» of an account: the latest bill opened, the months before, the reconciliation."""
    card = _card(request, public_id)
    return _charges_page(request, card)


@require_safe
@signed_in
def account_reconciliation(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """The statement of the asked days as a file; wrong ones come back with the page, beside their fields."""
    card = _card(request, public_id)
    form = _span_form(request, card, bound=True)
    if form.is_valid():
        try:
            file = operations.reconciliation_file(
                actor=actor_of(request),
                account_public_id=public_id,
                form=operations.ReconciliationForm(kind),
                now=now_of(request),
                **form.cleaned_data,
            )
        except ReconciliationRefused as refused:
            add_refusal(form, refused, texts.explain(refused))
        else:
            return HttpResponse(
                file.content,
                content_type=file.media_type,
                headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
            )
    return _charges_page(request, card, form, status=422)


@require_POST
@signed_in
def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give a certificate of today, or say beside the button why there is none."""
    card = _card(request, public_id)
    try:
        operations.certify(
            actor=actor_of(request),
            account_public_id=public_id,
            now=now_of(request),
            in_transit=payments.in_transit([card.account_id]).get(card.account_id, ZERO),
        )
    except CertificateRefused as refused:
        return _charges_page(request, card, refusal=texts.explain(refused), status=422)
    messages.success(request, _("Справка готова: ссылка на неё внизу страницы."))
    return redirect(f"{reverse('charges', args=[public_id])}#certificate")


@require_safe
@signed_in
def certificate_pdf(request: HttpRequest, account_public_id: str, certificate_public_id: str) -> HttpResponse:
    """The certificate as a file; the holder is masked for whoever is not confirmed."""
    try:
        file = operations.certificate_file(
            actor=actor_of(request), account_public_id=account_public_id, public_id=certificate_public_id
        )
    except CertificateNotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    name = f'inline; filename="{file.name}"'
    return HttpResponse(file.content, content_type="application/pdf", headers={"Content-Disposition": name})


def _card(request: HttpRequest, public_id: str) -> AccountCard:
    """The account as its holder's page shows it; somebody else's is a 404."""
    try:
        return account_queries.card_of(actor_of(request), account_public_id=public_id)
    except AccountNotFound:
        deny_as_missing(request, subject="account", public_id=public_id)


def _span_form(request: HttpRequest, card: AccountCard, *, bound: bool) -> SpanForm:
    today = account_queries.provider_today(card.provider, now_of(request))
    return SpanForm(request.GET if bound else None, usual=usual_period(today))


def _charges_page(
    request: HttpRequest,
    card: AccountCard,
    form: SpanForm | None = None,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; ``refusal`` says beside its button why there is no certificate."""
    months = queries.statement(account_id=card.account_id)
    context: dict[str, object] = {
        "card": card,
        "months": months,
        "with_penalties": any(month.sums.penalty for month in months),
        "balance": ledger.balance(card.account_id),
        "since": [],
        "form": form or _span_form(request, card, bound=False),
        "refusal": refusal,
        "certificates": [
            texts.certificate_row(row, url=reverse("certificate-pdf", args=[card.public_id, row.public_id]))
            for row in queries.certificates(actor=actor_of(request), account_id=card.account_id)
        ],
    }
    if not card.provider.service.charged_here:
        moved = queries.unbilled(account_ids=[card.account_id])[card.account_id]
        context["since"] = [_of_supplier(each) for each in reversed(moved) if each.kopecks][:_MOST_MOVED]
    elif months:
        view = queries.bill_for(actor=actor_of(request), public_id=months[0].public_id)
        since = queries.unbilled(account_ids=[card.account_id])[card.account_id]
        context |= bill_context(view) | {"since": [_since(each) for each in since if each.kopecks]}
        context["agreed"] = agreed_words(actor_of(request), view, now=now_of(request))
    return render(request, "cabinet/charges.html", context, status=status)


def _of_supplier(each: Posted) -> SumRow:
    """What moved the balance of an account whose supplier makes its bills itself."""
    if each.kind == CHARGE:
        named = _("Начислено поставщиком за %(month)s") % {"month": texts.month_label(Month.of(each.on))}
        return SumRow(named, each.kopecks)
    return _since(each)


def _since(each: Posted) -> SumRow:
    """What moved the balance after the bill."""
    return SumRow(texts.movement_label(Movement(each.kind, each.on, each.kopecks)), each.kopecks)


urlpatterns: list[URLPattern] = [
    path("accounts/<public_id:public_id>/charges/", account_charges, name="charges"),
    *(
        path(
            f"accounts/<public_id:public_id>/reconciliation.{kind}",
            account_reconciliation,
            {"kind": kind},
            name=f"reconciliation-{kind}",
        )
        for kind in ("pdf", "xlsx")
    ),
    path("accounts/<public_id:public_id>/certificates/", ask, name="certificates"),
    path(
        "accounts/<public_id:account_public_id>/certificates/<public_id:certificate_public_id>.pdf",
        certificate_pdf,
        name="certificate-pdf",
    ),
]
