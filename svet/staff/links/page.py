"""«Доступ к счетам»: complaints «это не я», confirming a person, handing an account over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from svet.accounts import operations, queries, texts
from svet.accounts.queries import AccountView, finding, office
from svet.accounts.rules import Ground
from svet.kernel import words
from svet.kernel.refusals import NotFound, Refused
from svet.look.forms import Form
from svet.look.requests import now_of
from svet.metering import queries as metering
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page, member_page
from svet.staff.shell.forms import ReasonForm, answer
from svet.staff.shell.looking import begin_look, drop_look, look_at
from svet.staffing import operations as staffing
from svet.staffing import texts as staffing_texts
from svet.staffing.rules import Permission

MOST = 50


def _count(now: datetime) -> int:
    return office.suspended_count()


DESK = Desk(
    name="links",
    label=gettext_lazy("Доступ к счетам"),
    url="/staff/links/",
    icon="people",
    permission=Permission.LINKS,
    letter="c",
    count=_count,
)
GROUNDS = {
    Ground.SALE.value: gettext_lazy("Продажа, дарение"),
    Ground.INHERITANCE.value: gettext_lazy("Смерть владельца, наследство"),
    Ground.OTHER.value: gettext_lazy("Другое"),
}


class HandOverForm(ReasonForm):
    """The account goes to another holder."""

    holder_name = forms.CharField(label=gettext_lazy("Новый владелец"), required=False)
    phone = forms.CharField(
        label=gettext_lazy("Его телефон"),
        help_text=gettext_lazy("Кабинет с этим телефоном станет кабинетом владельца. Можно оставить пустым."),
        required=False,
        strip=False,
    )
    on_date = forms.DateField(
        label=gettext_lazy("С какого дня"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
        error_messages={
            "invalid": gettext_lazy("Введите день так: 31.12.2026."),
            "required": gettext_lazy("Введите день так: 31.12.2026."),
        },
    )
    ground = forms.ChoiceField(label=gettext_lazy("Основание"), choices=list(GROUNDS.items()))
    field_order = ["holder_name", "phone", "on_date", "ground", "reason"]


class CabinetDecisionForm(ReasonForm):
    """A decision about one cabinet; the operation judges both."""

    document = forms.CharField(
        required=False,
        max_length=120,
        label=gettext_lazy("Какой документ вы видели"),
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("паспорт и выписка ЕГРН, без номеров")}),
    )

    @classmethod
    def of(cls, link_public_id: str, data: Any = None) -> CabinetDecisionForm:
        """The form of one cabinet of the page, whose fields have ids of their own."""
        return cls(data, auto_id=f"%s-{link_public_id}")


@require_safe
@desk_page(Permission.LINKS)
def queue(request: HttpRequest) -> HttpResponse:
    """Cabinets somebody refused with «это не я»."""
    context = {"rows": office.suspended(limit=MOST), "waiting": office.suspended_count()}
    return render(request, "staff/links.html", context)


def _account(request: HttpRequest, public_id: str) -> AccountView:
    try:
        return queries.account_for(actor_of(request), public_id=public_id)
    except NotFound:
        deny_as_missing(request, subject="account", public_id=public_id)


def _shown(
    account: AccountView, *, form: Form | None = None, decisions: dict[str, CabinetDecisionForm] | None = None
) -> dict[str, Any]:
    """The page; ``decisions`` are forms that were sent and refused, by the link they are about."""
    sent = decisions or {}
    return {
        "account": account,
        "address": queries.shown_address(account, confirmed=True),
        "cabinets": [
            (one, sent.get(one.link_public_id) or CabinetDecisionForm.of(one.link_public_id))
            for one in finding.cabinets_of(account_id=account.account_id)
        ],
        "former": [
            (one, GROUNDS[one.ground]) for one in office.former_holders(account_id=account.account_id)
        ],
        "meters": metering.meters_of(account_ids=[account.account_id], standing_only=False),
        "form": form or HandOverForm(),
    }


@require_safe
@desk_page(Permission.LINKS)
def account(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """Who holds one account, and what the office may do about it."""
    return render(request, "staff/link_account.html", _shown(_account(request, account_public_id)))


@require_POST
@desk_page(Permission.LINKS)
def restore(request: HttpRequest, suspended_public_id: str) -> HttpResponse:
    """Open a suspended cabinet's access again."""
    return _decide(request, suspended_public_id, "restore")


@require_POST
@desk_page(Permission.LINKS)
def decide(request: HttpRequest, link_public_id: str, verb: str) -> HttpResponse:
    """Close a cabinet's access for good, or confirm its person."""
    return _decide(request, link_public_id, verb)


def _decide(request: HttpRequest, link_public_id: str, verb: str) -> HttpResponse:
    terms: dict[str, Any] = {
        "by": actor_of(request),
        "link_public_id": link_public_id,
        "reason": request.POST.get("reason", ""),
        "now": now_of(request),
    }
    acts: dict[str, Callable[[], Any]] = {
        "restore": lambda: operations.restore_link(**terms),
        "close": lambda: operations.bar_link(**terms),
        "confirm": lambda: operations.confirm_link(**terms, document=request.POST.get("document", "")),
    }
    back = office.account_of_link(link_public_id=link_public_id)
    if not back:
        # Before the act: it would ask for a reason first, and there would be no page to say so on.
        deny_as_missing(request, subject="link", public_id=link_public_id)

    def act() -> HttpResponse:
        try:
            acts[verb]()
        except NotFound:
            deny_as_missing(request, subject="link", public_id=link_public_id)
        messages.success(request, _("Сохранено. Человеку придёт уведомление."))
        return redirect("staff-link-account", back)

    return _decided(request, back, link_public_id, act=act, explain=texts.explain)


def _decided(
    request: HttpRequest,
    account_public_id: str,
    link_public_id: str,
    *,
    act: Callable[[], HttpResponse],
    explain: Callable[[Refused], str],
) -> HttpResponse:
    """What is refused stands beside its field in the form of that cabinet, and what was typed stays."""
    row = _account(request, account_public_id)
    form = CabinetDecisionForm.of(link_public_id, request.POST)
    return answer(
        request,
        "staff/link_account.html",
        lambda: _shown(row, decisions={link_public_id: form}),
        form=form,
        act=act,
        explain=explain,
    )


@require_POST
@desk_page(Permission.LINKS)
def end_sessions(request: HttpRequest, link_public_id: str) -> HttpResponse:
    """Sign the person of a link out everywhere."""
    back = office.account_of_link(link_public_id=link_public_id)
    if not back:
        deny_as_missing(request, subject="link", public_id=link_public_id)

    def act() -> HttpResponse:
        count = staffing.end_customer_sessions(
            by=actor_of(request),
            person_public_id=office.person_of_link(link_public_id=link_public_id),
            reason=request.POST.get("reason", ""),
            now=now_of(request),
        )
        said = ngettext(
            "Закрыт %(count)d сеанс, ключи программ отозваны. Пароль остался прежним.",
            "Закрыто сеансов: %(count)d, ключи программ отозваны. Пароль остался прежним.",
            count,
        )
        messages.success(request, said % {"count": count})
        return redirect("staff-link-account", back)

    return _decided(request, back, link_public_id, act=act, explain=staffing_texts.explain)


@require_POST
@desk_page(Permission.CUSTOMER_VIEW)
def look(request: HttpRequest, link_public_id: str) -> HttpResponse:
    """See the cabinet of a link's person as they see it, for a quarter of an hour, changing nothing."""
    back = office.account_of_link(link_public_id=link_public_id)
    if not back:
        deny_as_missing(request, subject="link", public_id=link_public_id)

    def act() -> HttpResponse:
        try:
            begun = operations.begin_customer_view(
                by=actor_of(request),
                link_public_id=link_public_id,
                reason=request.POST.get("reason", ""),
                now=now_of(request),
            )
        except NotFound:
            deny_as_missing(request, subject="link", public_id=link_public_id)
        begin_look(request, person_id=begun.person_id, account_public_id=begun.account_public_id)
        return redirect("/")

    return _decided(request, back, link_public_id, act=act, explain=words.explain)


@require_POST
@member_page
def end_look(request: HttpRequest) -> HttpResponse:
    """Look no longer; pressed once more, nothing happens."""
    seen = look_at(request)
    if seen is None:
        return redirect("staff")
    drop_look(request)
    operations.end_customer_view(by=seen.by, person_id=seen.person_id, now=now_of(request))
    return redirect("staff-link-account", seen.account_public_id)


@require_POST
@desk_page(Permission.LINKS)
def hand_over(request: HttpRequest, account_public_id: str) -> HttpResponse:
    """Give the account to another holder."""
    row = _account(request, account_public_id)
    form = HandOverForm(request.POST)

    def act() -> HttpResponse:
        operations.hand_over(
            by=actor_of(request),
            account_public_id=row.public_id,
            now=now_of(request),
            **form.cleaned_data,
        )
        messages.success(request, _("Счёт передан. Прежние кабинеты его больше не видят."))
        return redirect("staff-link-account", row.public_id)

    return answer(
        request,
        "staff/link_account.html",
        lambda: _shown(row, form=form),
        form=form,
        act=act,
        explain=texts.explain,
    )


urlpatterns: list[URLPattern] = [
    path("links/", queue, name="staff-links"),
    path("links/<public_id:account_public_id>/", account, name="staff-link-account"),
    path("links/<public_id:account_public_id>/hand-over/", hand_over, name="staff-hand-over"),
    path("links/<public_id:suspended_public_id>/restore/", restore, name="staff-link-restore"),
    path("links/<public_id:link_public_id>/close/", decide, {"verb": "close"}, name="staff-link-close"),
    path("links/<public_id:link_public_id>/end-sessions/", end_sessions, name="staff-link-end-sessions"),
    path("links/<public_id:link_public_id>/view/", look, name="staff-link-view"),
    path("links/view/end/", end_look, name="staff-view-end"),
    path("links/<public_id:link_public_id>/confirm/", decide, {"verb": "confirm"}, name="staff-link-confirm"),
]
