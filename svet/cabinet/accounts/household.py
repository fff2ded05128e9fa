"""«Доступ близких»: the owner lets others into an account; the invited answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.accounts import operations, queries, texts
from svet.accounts.queries import AccountCard, AccountNotFound, household
from svet.accounts.queries.household import HouseholdMember
from svet.accounts.rules import Right
from svet.cabinet.shell.fields import PhoneField
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, signed_in
from svet.kernel.refusals import NotFound, Refused
from svet.look.forms import form_page

RIGHT_NAMES = {
    Right.SUBMIT: gettext_lazy("Передавать показания"),
    Right.PAY: gettext_lazy("Платить"),
    Right.MANAGE: gettext_lazy("Выбирать способ получения счета"),
}


class AccessForm(Form):
    """Rights beside seeing, and the last day of the access."""

    rights = forms.MultipleChoiceField(
        label=gettext_lazy("Что разрешить, кроме просмотра"),
        required=False,
        choices=[(right.value, name) for right, name in RIGHT_NAMES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    until = forms.DateField(
        label=gettext_lazy("До какого дня"),
        help_text=gettext_lazy("Оставьте пустым, если срок не нужен."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={"invalid": gettext_lazy("Введите день так: 31.12.2026.")},
    )

    def chosen(self) -> tuple[list[str], date | None]:
        """The clean rights and the term."""
        return list(self.cleaned_data["rights"]), self.cleaned_data["until"]


class InviteForm(AccessForm):
    """Whom to let in."""

    phone = PhoneField(label=gettext_lazy("Телефон того, кому открываете доступ"))
    field_order = ("phone", "rights", "until")


def _card(request: HttpRequest, account_public_id: str) -> AccountCard:
    """The account, for its owner only."""
    try:
        card = queries.card_of(actor_of(request), account_public_id=account_public_id)
    except AccountNotFound:
        deny_as_missing(request, subject="account", public_id=account_public_id)
    if not household.owns(actor_of(request), account_id=card.account_id):
        deny_as_missing(request, subject="household", public_id=account_public_id)
    return card


def _form_of(member: HouseholdMember) -> AccessForm:
    rights = [right.value for right in member.rights if right in RIGHT_NAMES]
    return AccessForm(
        initial={"rights": rights, "until": member.until}, auto_id=f"{member.link_public_id}-%s"
    )


def _shown(request: HttpRequest, card: AccountCard, form: InviteForm) -> dict[str, Any]:
    now = now_of(request)
    found = household.members(actor_of(request), account_id=card.account_id, now=now)
    return {
        "card": card,
        "form": form,
        "members": [(member, None if member.owner else _form_of(member)) for member in found],
        "invitations": household.invitations_of(account_id=card.account_id, now=now),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def household_page(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """Everybody who holds the account, with rights and terms; sending it invites one more."""
    card = _card(request, account_public_id)
    usual = {"rights": [Right.SUBMIT.value, Right.PAY.value]}
    form = InviteForm(request.POST) if request.method == "POST" else InviteForm(initial=usual)

    def act() -> HttpResponse:
        rights, until = form.chosen()
        operations.invite(
            by=actor_of(request),
            account_public_id=card.public_id,
            phone=form.cleaned_data["phone"],
            rights=rights,
            until=until,
            now=now_of(request),
        )
        messages.success(request, _("Приглашение отправлено по SMS. Оно действует семь дней."))
        return redirect("household", account_public_id=card.public_id)

    return form_page(
        request,
        "cabinet/household.html",
        lambda: _shown(request, card, form),
        form=form,
        explain=texts.explain,
        act=act,
    )


@require_POST
@signed_in
def change(request: HttpRequest, account_public_id: str, link_public_id: str) -> HttpResponse:
    """Give another cabinet other rights or another term."""
    card = _card(request, account_public_id)
    form = AccessForm(request.POST)
    if not form.is_valid():
        messages.error(request, next(str(errors[0]) for errors in form.errors.values()))
        return redirect("household", account_public_id=card.public_id)
    rights, until = form.chosen()
    by, now = actor_of(request), now_of(request)
    return _of_member(
        request,
        card,
        link_public_id,
        lambda: operations.change_access(
            by=by, link_public_id=link_public_id, rights=rights, until=until, now=now
        ),
        _("Права сохранены."),
    )


@require_POST
@signed_in
def revoke(request: HttpRequest, account_public_id: str, link_public_id: str) -> HttpResponse:
    """Close another cabinet's access to the account."""
    card = _card(request, account_public_id)
    by, now = actor_of(request), now_of(request)
    return _of_member(
        request,
        card,
        link_public_id,
        lambda: operations.suspend_link(by=by, link_public_id=link_public_id, now=now),
        _("Доступ закрыт."),
    )


@require_POST
@signed_in
def approve(request: HttpRequest, account_public_id: str, link_public_id: str) -> HttpResponse:
    """Say that a cabinet that came by the two numbers is one of the owner's people."""
    card = _card(request, account_public_id)
    by, now = actor_of(request), now_of(request)
    return _of_member(
        request,
        card,
        link_public_id,
        lambda: operations.approve_link(by=by, link_public_id=link_public_id, now=now),
        _("Вы подтвердили этот кабинет: ему видны имя и номер квартиры."),
    )


@require_POST
@signed_in
def withdraw(request: HttpRequest, account_public_id: str, invitation_public_id: str) -> HttpResponse:
    """Take an invitation back."""
    card = _card(request, account_public_id)
    by, now = actor_of(request), now_of(request)
    return _of_member(
        request,
        card,
        invitation_public_id,
        lambda: operations.withdraw_invitation(by=by, invitation_public_id=invitation_public_id, now=now),
        _("Приглашение отозвано."),
    )


def _of_member(
    request: HttpRequest, card: AccountCard, public_id: str, act: Callable[[], object], done: str
) -> HttpResponse:
    try:
        act()
    except NotFound:
        deny_as_missing(request, subject="household", public_id=public_id)
    except Refused as refused:
        messages.error(request, texts.explain(refused))
    else:
        messages.success(request, done)
    return redirect("household", account_public_id=card.public_id)


@require_safe
@signed_in
def invitation(request: HttpRequest, invitation_public_id: str) -> HttpResponse:
    """What one is invited to, for the cabinet of the invited phone."""
    waiting = household.invitations_to(actor_of(request), now=now_of(request))
    view = next((each for each in waiting if each.public_id == invitation_public_id), None)
    if view is None:
        deny_as_missing(request, subject="invitation", public_id=invitation_public_id)
    rights = [name for right, name in RIGHT_NAMES.items() if right in view.rights]
    return render(request, "cabinet/invitation.html", {"view": view, "rights": rights})


@require_POST
@signed_in
def accept(request: HttpRequest, invitation_public_id: str) -> HttpResponse:
    """Take the account into one's cabinet."""
    try:
        account_public_id = operations.accept_invitation(
            by=actor_of(request), invitation_public_id=invitation_public_id, now=now_of(request)
        )
    except NotFound:
        deny_as_missing(request, subject="invitation", public_id=invitation_public_id)
    messages.success(request, _("Лицевой счёт теперь в вашем кабинете."))
    return redirect("account", account_public_id=account_public_id)


@require_POST
@signed_in
def refuse(request: HttpRequest, invitation_public_id: str) -> HttpResponse:
    """Say no to an invitation."""
    try:
        operations.refuse_invitation(
            by=actor_of(request), invitation_public_id=invitation_public_id, now=now_of(request)
        )
    except NotFound:
        deny_as_missing(request, subject="invitation", public_id=invitation_public_id)
    messages.success(request, _("Вы отказались от приглашения."))
    return redirect("accounts")


_OF_ACCOUNT = "accounts/<public_id:account_public_id>/household/"
urlpatterns: list[URLPattern] = [
    path(_OF_ACCOUNT, household_page, name="household"),
    path(_OF_ACCOUNT + "<public_id:link_public_id>/", change, name="household-change"),
    path(_OF_ACCOUNT + "<public_id:link_public_id>/approve/", approve, name="household-approve"),
    path(_OF_ACCOUNT + "<public_id:link_public_id>/revoke/", revoke, name="household-revoke"),
    path(
        _OF_ACCOUNT + "invitations/<public_id:invitation_public_id>/withdraw/",
        withdraw,
        name="household-withdraw",
    ),
    path("invitations/<public_id:invitation_public_id>/", invitation, name="invitation"),
    path("invitations/<public_id:invitation_public_id>/accept/", accept, name="invitation-accept"),
    path("invitations/<public_id:invitation_public_id>/refuse/", refuse, name="invitation-refuse"),
]
