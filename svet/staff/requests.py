"""«Заявления»: a lost phone or second factor; one member checks the papers, another one carries it out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from svet.kernel.refusals import NotFound, Refused
from svet.look.requests import now_of
from svet.people import operations as people
from svet.people import requests, texts
from svet.people.rules.office import OfficeKind
from svet.people.rules.staff import Permission
from svet.staff.desk import Desk, actor_of, desk_page, member_at, turn_away
from svet.staff.forms import ReasonForm
from svet.subscribers import finding

DESK = Desk(
    name="requests",
    label=gettext_lazy("Заявления"),
    url="/staff/requests/",
    icon="phone",
    permission=Permission.PHONES,
    letter="p",
    count=lambda now: requests.open_count(),
)
KINDS: dict[OfficeKind, str | Promise] = {
    OfficeKind.PHONE: gettext_lazy("Сменить телефон: старый потерян"),
    OfficeKind.FACTOR: gettext_lazy("Снять потерянный второй фактор"),
}


@require_safe
@desk_page(Permission.PHONES)
def cases(request: HttpRequest) -> HttpResponse:
    """Everything that waits, with what the papers are compared to."""
    rows = [
        {
            "case": case,
            "kind": KINDS[case.kind],
            "own": case.signed_by_id == member_at(request).person_id,
            "accounts": finding.found(account_ids=finding.by_phone(case.phone)),
            "form": ReasonForm(prefix=case.public_id),
        }
        for case in requests.open_cases()
    ]
    return render(request, "staff/requests.html", {"rows": rows})


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
            people.turn_down_office_request(**terms)
            messages.success(request, _("Отказ записан, человек прочтёт причину."))
        elif people.sign_office_request(**terms):
            messages.success(
                request,
                _("Исполнено. Сеансы человека закрыты, оба контакта извещены, карты на паузе сутки."),
            )
        else:
            messages.success(request, _("Ваша подпись стоит. Исполнит заявление другой сотрудник."))
    except NotFound:
        turn_away(request, subject="office_request", public_id=public_id)
    except Refused as refused:
        messages.error(request, texts.explain(refused))
    return redirect(DESK.url)


urlpatterns: list[URLPattern] = [
    path("requests/", cases, name="staff-requests"),
    path("requests/<slug:public_id>/sign/", decide, {"verb": "sign"}, name="staff-request-sign"),
    path("requests/<slug:public_id>/refuse/", decide, {"verb": "refuse"}, name="staff-request-refuse"),
]
