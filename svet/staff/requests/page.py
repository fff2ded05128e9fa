"""«Заявления»: a lost phone or second factor; one member checks the papers, another one carries it out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.accounts.queries import finding
from svet.kernel.refusals import NotFound, Refused
from svet.look.forms import CodeInput, Form
from svet.look.requests import now_of
from svet.office import operations as office
from svet.office import queries, texts
from svet.office.rules import OfficeKind
from svet.people import queries as people_queries
from svet.people.rules.codes import CodePurpose
from svet.staff.shell.desk import Desk, actor_of, deny_as_missing, desk_page, member_at
from svet.staff.shell.forms import ReasonForm, answer
from svet.staffing.rules import LONGEST_REASON, Permission

DESK = Desk(
    name="requests",
    label=gettext_lazy("Заявления"),
    url="/staff/requests/",
    icon="phone",
    permission=Permission.PHONES,
    letter="p",
    count=lambda now: queries.open_count(),
)
KINDS: dict[OfficeKind, str | Promise] = {
    OfficeKind.PHONE: gettext_lazy("Сменить телефон: старый потерян"),
    OfficeKind.FACTOR: gettext_lazy("Снять потерянный второй фактор"),
}


class WalkInForm(Form):
    """Somebody stands at the counter without a way into the cabinet."""

    kind = forms.ChoiceField(
        label=gettext_lazy("О чём просит"),
        choices=[(kind.value, words) for kind, words in KINDS.items()],
        widget=forms.RadioSelect,
        initial=OfficeKind.PHONE.value,
    )
    phone = forms.CharField(required=False, strip=False, label=gettext_lazy("Телефон кабинета"))
    new_phone = forms.CharField(
        required=False,
        strip=False,
        label=gettext_lazy("Новый телефон"),
    )
    comment = forms.CharField(
        required=False,
        max_length=LONGEST_REASON,
        label=gettext_lazy("Какие документы показал"),
        help_text=gettext_lazy("Вид документа, без номера: «паспорт, договор»."),
    )


class WalkInCodeForm(Form):
    """The code the person reads out."""

    code = forms.CharField(required=False, strip=False, label=gettext_lazy("Код из СМС"), widget=CodeInput())


@require_safe
@desk_page(Permission.PHONES)
def cases(request: HttpRequest) -> HttpResponse:
    """Everything that waits, with what the papers are compared to."""
    return render(request, "staff/requests.html", _shown(request, WalkInForm()))


def _shown(request: HttpRequest, form: Form) -> dict[str, Any]:
    rows = [
        {
            "case": case,
            "kind": KINDS[case.kind],
            "own": case.signed_by_id == member_at(request).person_id,
            "accounts": finding.found(account_ids=finding.by_phone(case.phone)),
            "form": ReasonForm(prefix=case.public_id),
        }
        for case in queries.open_cases()
    ]
    return {"rows": rows, "form": form}


@require_POST
@desk_page(Permission.PHONES)
def walk_in(request: HttpRequest) -> HttpResponse:
    """Take the request of somebody at the counter; a new phone has to answer with a code first."""
    form = WalkInForm(request.POST)

    def act() -> HttpResponse:
        given = form.cleaned_data
        terms: dict[str, Any] = {
            "by": actor_of(request),
            "phone": given["phone"],
            "comment": given["comment"],
            "now": now_of(request),
        }
        if given["kind"] == OfficeKind.FACTOR:
            return _taken(request, office.take_walk_in_factor(**terms).number)
        office.begin_walk_in_phone(**terms, new_phone=given["new_phone"], session_key=_counter(request))
        return redirect("staff-request-code")

    return answer(request, "staff/requests.html", lambda: _shown(request, form), form=form, act=act)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(Permission.PHONES)
def walk_in_code(request: HttpRequest) -> HttpResponse:
    """The code from the new phone, read out by the person."""
    standing = people_queries.challenge(purpose=CodePurpose.OFFICE, session_key=_counter(request))
    if standing is None:
        return redirect(DESK.url)
    form = WalkInCodeForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        taken = office.finish_walk_in_phone(
            by=actor_of(request),
            session_key=_counter(request),
            code=form.cleaned_data["code"],
            now=now_of(request),
        )
        return _taken(request, taken.number)

    return answer(
        request,
        "staff/request_code.html",
        lambda: {"form": form, "phone": standing.target},
        form=form,
        act=act,
    )


def _counter(request: HttpRequest) -> str:
    """What the code is bound to: this member's work session."""
    return f"work:{request.session.session_key}"


def _taken(request: HttpRequest, number: str) -> HttpResponse:
    text = _("Заявление %(number)s принято. Человек извещён; исполнят его две подписи.")
    messages.success(request, text % {"number": number})
    return redirect(DESK.url)


@require_POST
@desk_page(Permission.PHONES)
def decide(request: HttpRequest, public_id: str, verb: str) -> HttpResponse:
    """Sign, or turn down."""
    form = ReasonForm(request.POST, prefix=public_id)
    terms: dict[str, Any] = {
        "by": actor_of(request),
        "public_id": public_id,
        "reason": form.cleaned_data["reason"] if form.is_valid() else "",
        "now": now_of(request),
    }
    try:
        if verb == "refuse":
            office.turn_down_office_request(**terms)
            messages.success(request, _("Отказ записан, человек прочтёт причину."))
        elif office.sign_office_request(**terms):
            messages.success(
                request,
                _("Исполнено. Сеансы человека закрыты, оба контакта извещены, карты на паузе сутки."),
            )
        else:
            messages.success(request, _("Ваша подпись стоит. Исполнит заявление другой сотрудник."))
    except NotFound:
        deny_as_missing(request, subject="office_request", public_id=public_id)
    except Refused as refused:
        messages.error(request, texts.explain(refused))
    return redirect(DESK.url)


urlpatterns: list[URLPattern] = [
    path("requests/", cases, name="staff-requests"),
    path("requests/new/", walk_in, name="staff-request-new"),
    path("requests/new/code/", walk_in_code, name="staff-request-code"),
    path("requests/<public_id:public_id>/sign/", decide, {"verb": "sign"}, name="staff-request-sign"),
    path("requests/<public_id:public_id>/refuse/", decide, {"verb": "refuse"}, name="staff-request-refuse"),
]
