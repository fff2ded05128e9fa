"""«Профиль»: the person and the password; notices, contacts and safety have files of their own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from svet.cabinet.profile import (
    contacts,
    data_export,
    devices_and_consents,
    messenger,
    notifications,
    office_requests,
    second_factor,
    tokens,
    webhooks,
)
from svet.cabinet.profile.forms import PasswordForm, PersonForm
from svet.cabinet.shell.fields import checklist
from svet.cabinet.shell.form_pages import answer
from svet.cabinet.shell.session import client_address, keep_session, now_of, person_of, signed_in
from svet.notices import queries as notices
from svet.notices.queries.messengers import chat, messenger_name
from svet.payments.queries.choices import unasked_sum
from svet.people import operations as people
from svet.people import queries, texts
from svet.people.queries import PersonView, factors


def _context(request: HttpRequest, *, form: PersonForm | None = None) -> dict[str, Any]:
    person = queries.person(person_of(request).person_id)
    return {
        "person": person,
        "full_name": " ".join(filter(None, (person.first_name, person.patronymic, person.last_name))),
        "sex": texts.SEXES.get(person.sex, ""),
        "form": form or PersonForm(initial=_initial(person)),
        "switches": notices.preferences(recipient_id=person.recipient_id),
        "browsers": len(notices.browsers(person.recipient_id)),
        "push_key": notices.push_key(),
        "messenger": messenger_name(),
        "chat": chat(person.recipient_id),
        "devices": sum(device.signed_in for device in queries.devices(person_id=person.person_id)),
        "second_factor": factors.second_factor(person_id=person.person_id),
        "recovered": queries.recovered_recently(person.person_id, now=now_of(request)),
        "unasked": unasked_sum(person.person_id),
        "tokens": len(queries.tokens(person_id=person.person_id)),
        **_password(request),
    }


def _password(request: HttpRequest) -> dict[str, Any]:
    """The form «Изменить пароль» as the profile shows it; what is wrong is told on its own page."""
    form = PasswordForm(phone=person_of(request).phone)
    keys = bool(queries.live_tokens(person_id=person_of(request).person_id, now=now_of(request)))
    return {"password_form": form, "password_lines": checklist(form, "new"), "keys": keys}


def _initial(person: PersonView) -> dict[str, Any]:
    return {name: getattr(person, name) for name in PersonForm.base_fields}


@signed_in
@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """Every part of the profile with its present state."""
    return render(request, "cabinet/profile.html", _context(request))


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest) -> HttpResponse:
    """Keep name, day of birth and sex."""
    if request.method != "POST":
        return redirect("/profile/")
    form = PersonForm(request.POST)

    def act() -> HttpResponse:
        people.change_person(
            name=form.name,
            birth_on=form.cleaned_data["birth_on"],
            sex=form.cleaned_data["sex"],
            person_id=person_of(request).person_id,
            today=timezone.localdate(),
            now=now_of(request),
            address=client_address(request),
        )
        messages.success(request, _("Личные данные сохранены."))
        return redirect("/profile/")

    return answer(request, "cabinet/profile.html", lambda: _context(request, form=form), form=form, act=act)


@sensitive_post_parameters("current", "new", "repeat")
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """«Изменить пароль»; other devices are signed out, this one stays."""
    form = PasswordForm(request.POST if request.method == "POST" else None, phone=person_of(request).phone)

    def act() -> HttpResponse:
        people.change_password(
            person_id=person_of(request).person_id,
            current=form.cleaned_data["current"],
            new=form.cleaned_data["new"],
            session_key=request.session.session_key or "",
            address=client_address(request),
            now=now_of(request),
            keep_tokens=form.keep_keys,
        )
        keep_session(request)
        messages.success(request, _("Пароль изменён. На других устройствах нужно войти заново."))
        return redirect("/profile/")

    return answer(
        request,
        "cabinet/password.html",
        lambda: {
            "form": form,
            "lines": checklist(form, "new"),
            "keys": bool(queries.live_tokens(person_id=person_of(request).person_id, now=now_of(request))),
        },
        form=form,
        act=act,
    )


urlpatterns: list[URLPattern] = [
    path("profile/", profile, name="profile"),
    path("profile/person/", person),
    path("profile/password/", password),
    *notifications.urlpatterns,
    *messenger.urlpatterns,
    *contacts.urlpatterns,
    *devices_and_consents.urlpatterns,
    *tokens.urlpatterns,
    *webhooks.urlpatterns,
    *second_factor.urlpatterns,
    *office_requests.urlpatterns,
    *data_export.urlpatterns,
]
