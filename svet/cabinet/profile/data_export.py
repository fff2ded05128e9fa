"""«Мои данные»: take a copy of everything along, or delete the cabinet."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from svet.cabinet.profile.forms import DeletionForm
from svet.cabinet.profile.second_factor import proved
from svet.cabinet.shell.form_pages import answer
from svet.cabinet.shell.session import DEVICE_COOKIE, client_address, now_of, person_of, signed_in
from svet.journal import queries as journal
from svet.limits.operations import LimitReached, spend
from svet.limits.rules import LimitName
from svet.people import texts
from svet.privacy import operations, queries, wording
from svet.staffing.texts import name_in_words

_HOME = "/profile/data/"
#: So many of the newest looks are shown; the copy has all.
_MOST_LOOKS = 50


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What may be taken along, which members of the staff looked at the cabinet, and what deleting means."""
    found = journal.views_of_cabinet(person_of(request).public_id, limit=_MOST_LOOKS)
    looks = [(look, name_in_words(look.actor_name)) for look in found]
    return render(request, "cabinet/data.html", {"looks": looks})


def _copy(request: HttpRequest) -> dict[str, Any]:
    """Everything about the person, a few times an hour. :raises LimitReached:"""
    person_id = person_of(request).person_id
    now = now_of(request)
    spend(limit=LimitName.COPIES_PER_PERSON, key=str(person_id), now=now)
    return queries.everything(person_id=person_id, now=now)


@require_safe
@proved
def as_json(request: HttpRequest) -> HttpResponse:
    """The copy for programs."""
    try:
        found = _copy(request)
    except LimitReached as reached:
        return _later(request, reached)
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = 'attachment; filename="svet-my-data.json"'
    return response


@require_safe
@proved
def as_page(request: HttpRequest) -> HttpResponse:
    """The copy to read and to print."""
    try:
        found = _copy(request)
    except LimitReached as reached:
        return _later(request, reached)
    tables = [
        {
            "title": title,
            "heads": [wording.label(name) for name in rows[0]] if rows else [],
            "rows": [
                [
                    (wording.label(name), wording.value_in_words(key, name, value))
                    for name, value in row.items()
                ]
                for row in rows
            ],
        }
        for key, title, rows in queries.sections(found)
    ]
    return render(request, "cabinet/data_copy.html", {"tables": tables, "made_at": found["made_at"]})


def _later(request: HttpRequest, reached: LimitReached) -> HttpResponse:
    messages.error(request, texts.explain(reached))
    response = redirect(_HOME)
    response.headers["Retry-After"] = str(reached.retry_after)
    return response


@sensitive_post_parameters("password")
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays, ask the password and a tick, and delete the cabinet."""
    form = DeletionForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse | None:
        try:
            operations.delete_cabinet(
                person_id=person_of(request).person_id,
                password=form.cleaned_data["password"],
                address=client_address(request),
                now=now_of(request),
            )
        except operations.LeavingRefused:
            form.add_error(
                None, _("Платёж ещё не завершён. Подождите, пока банк ответит, и удалите кабинет потом.")
            )
            return None
        request.session.flush()
        messages.success(request, _("Кабинет удалён. Счета и показания остались у лицевых счетов."))
        response = redirect("/entrance/")
        response.delete_cookie(DEVICE_COOKIE)
        return response

    return answer(request, "cabinet/data_delete.html", lambda: {"form": form}, form=form, act=act)


urlpatterns: list[URLPattern] = [
    path(_HOME.lstrip("/"), home, name="own-data"),
    path("profile/data/copy.json", as_json),
    path("profile/data/copy/", as_page),
    path("profile/data/delete/", delete),
]
