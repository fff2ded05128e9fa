"""«Абоненты и группы»: adding accounts, groups, meter passports, the settings of an account."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.accounts import operations, queries, texts
from svet.accounts.operations import DeliveryReason
from svet.accounts.queries import AccountCard, AccountNotFound
from svet.accounts.queries import household as accounts_household
from svet.accounts.rules import Right
from svet.cabinet.accounts import absence, groups, household, simple_view
from svet.cabinet.accounts.forms import AddForm, AliasForm, DeliveryForm
from svet.cabinet.accounts.view import (
    account_passports,
    acts_that_count,
    earlier_meters,
    is_over,
    terms_on_file,
)
from svet.cabinet.shell import delivery_choice
from svet.cabinet.shell.forms import add_refusal
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.kernel.refusals import NotFound, Refused
from svet.look.forms import form_page
from svet.people import queries as people


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def add(request: HttpRequest) -> HttpResponse:
    """«Добавить абонента»: one answer for every pair that does not open an account."""
    own = queries.cabinet(person_of(request).person_id)
    initial = {"group": request.GET.get("group", "")[:40]}
    form = AddForm(request.POST if request.method == "POST" else None, initial=initial)

    def act() -> HttpResponse:
        added = operations.link_account(
            by=actor_of(request),
            account_number=form.cleaned_data["account_number"],
            meter_number=form.cleaned_data["meter_number"],
            group_public_id=form.cleaned_data["group"] or None,
            now=now_of(request),
        )
        messages.success(
            request,
            _("Абонент № %(number)s добавлен в группу «%(group)s».")
            % {"number": added.number, "group": added.group_name},
        )
        return redirect("accounts")

    def context() -> dict[str, Any]:
        chosen = form["group"].value()
        group = next((group for group in own if group.public_id == chosen), None)
        name = group.name if group is not None else next((g.name for g in own), _("Моя группа"))
        return {"form": form, "group_name": name}

    return form_page(request, "cabinet/account_add.html", context, form=form, explain=texts.explain, act=act)


def _card(request: HttpRequest, account_public_id: str) -> AccountCard:
    try:
        return queries.card_of(actor_of(request), account_public_id=account_public_id)
    except AccountNotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)


def _account_page(
    request: HttpRequest,
    card: AccountCard,
    *,
    delivery: DeliveryForm | None = None,
    alias: AliasForm | None = None,
    status: int = 200,
) -> HttpResponse:
    own = queries.cabinet(person_of(request).person_id)
    context = {
        "card": card,
        "closed": is_over(card, request=request),
        "passports": account_passports(request, card),
        "earlier": earlier_meters(card),
        "may_pay": Right.PAY in card.rights,
        "may_manage": queries.may_manage(actor_of(request), account_id=card.account_id),
        "email": people.email_of(person_of(request).person_id),
        "delivery": delivery or DeliveryForm(initial={"delivery": card.delivery}),
        "alias": alias or AliasForm(groups=own, initial={"alias": card.alias, "group": card.group_public_id}),
        "terms": terms_on_file(card, request=request),
        "acts": acts_that_count(card, request=request),
        "holders": queries.holders(actor_of(request), account_id=card.account_id),
        "owns": accounts_household.owns(actor_of(request), account_id=card.account_id),
    }
    return render(request, "cabinet/account.html", context, status=status)


@require_safe
@signed_in
def account(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """The settings of one account."""
    return _account_page(request, _card(request, account_public_id))


@require_POST
@signed_in
def delivery(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """Choose how its bills come; e-mail without a confirmed address leads to the profile first."""
    card = _card(request, account_public_id)
    form = DeliveryForm(request.POST)
    if not form.is_valid():
        return _account_page(request, card, delivery=form, status=422)
    try:
        operations.set_delivery(
            by=actor_of(request),
            account_public_id=card.public_id,
            delivery=form.cleaned_data["delivery"],
            now=now_of(request),
        )
    except Refused as refused:
        if refused.reason == DeliveryReason.EMAIL_NOT_CONFIRMED:
            return redirect(delivery_choice.begin(request, card=card, delivery=form.cleaned_data["delivery"]))
        add_refusal(form, refused, texts.explain(refused))
        return _account_page(request, card, delivery=form, status=422)
    delivery_choice.forget(request, card=card)
    messages.success(request, _("Способ получения счета сохранён."))
    return redirect("account", account_public_id=card.public_id)


@require_POST
@signed_in
def alias(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """Name the account and put it into a group."""
    card = _card(request, account_public_id)
    form = AliasForm(request.POST, groups=queries.cabinet(person_of(request).person_id))
    if not form.is_valid():
        return _account_page(request, card, alias=form, status=422)
    try:
        operations.arrange_account(
            by=actor_of(request),
            account_public_id=card.public_id,
            alias=form.cleaned_data["alias"],
            group_public_id=form.cleaned_data["group"] or card.group_public_id,
        )
    except Refused as refused:
        add_refusal(form, refused, texts.explain(refused))
        return _account_page(request, card, alias=form, status=422)
    messages.success(request, _("Сохранено."))
    return redirect("account", account_public_id=card.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def remove(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """Take the account out of the cabinet, after a page that says what stays."""
    card = _card(request, account_public_id)
    if request.method != "POST":
        return render(request, "cabinet/account_remove.html", {"card": card})
    operations.unlink(by=actor_of(request), account_public_id=card.public_id, now=now_of(request))
    messages.success(request, _("Абонент № %(number)s убран из кабинета.") % {"number": card.number})
    return redirect("accounts")


@require_POST
@signed_in
def not_me(request: HttpRequest, account_public_id: str, link_public_id: str) -> HttpResponse:
    """«Это не я»: close another cabinet's access."""
    card = _card(request, account_public_id)
    try:
        operations.suspend_link(by=actor_of(request), link_public_id=link_public_id, now=now_of(request))
    except NotFound:
        deny_as_missing(request, subject="link", public_id=link_public_id)
    except Refused as refused:
        messages.error(request, texts.explain(refused))
    else:
        messages.success(request, _("Доступ этого кабинета закрыт. Мы проверим, чей он."))
    return redirect("account", account_public_id=card.public_id)


urlpatterns: list[URLPattern] = [
    path("accounts/add/", add, name="account-add"),
    path("accounts/<public_id:account_public_id>/", account, name="account"),
    path("accounts/<public_id:account_public_id>/delivery/", delivery, name="account-delivery"),
    path("accounts/<public_id:account_public_id>/alias/", alias, name="account-alias"),
    path("accounts/<public_id:account_public_id>/remove/", remove, name="account-remove"),
    path(
        "accounts/<public_id:account_public_id>/not-me/<public_id:link_public_id>/",
        not_me,
        name="account-not-me",
    ),
    *absence.urlpatterns,
    *groups.urlpatterns,
    *household.urlpatterns,
    *simple_view.urlpatterns,
]
