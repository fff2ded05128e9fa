"""«Второй шаг входа»: a code, a passkey, the office when both are lost; and signing in by a passkey alone."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from svet.cabinet.entrance.forms import LostForm, SecondStepForm
from svet.cabinet.entrance.sign_in import SECOND_STEP, finish_sign_in, pending_second_factor
from svet.cabinet.shell.code_forms import PasskeyForm
from svet.cabinet.shell.form_pages import answer
from svet.cabinet.shell.passkeys import passkey_site, remember_ceremony, take_ceremony
from svet.cabinet.shell.session import DEVICE_COOKIE, client_address, now_of, safe_next
from svet.kernel.refusals import Refused
from svet.office import operations as office
from svet.people import operations as people
from svet.people.queries import factors
from svet.people.rules.factors import FactorReason, FactorRefused

_ENTRANCE = "/entrance/?tab=sign-in"


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def step(request: HttpRequest) -> HttpResponse:
    """Ask for a code of the application or of the recovery sheet."""
    half = pending_second_factor(request)
    if half is None:
        return redirect(_ENTRANCE)
    person_id, target = half
    form = SecondStepForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        people.pass_second_step(
            person_id=person_id,
            code=form.cleaned_data["code"],
            address=client_address(request),
            now=now_of(request),
        )
        return _through(request, person_id=person_id, target=target)

    return answer(
        request,
        "cabinet/second_step.html",
        lambda: _step_context(request, person_id=person_id, form=form),
        form=form,
        act=act,
    )


def _step_context(request: HttpRequest, *, person_id: int, form: Any = None) -> dict[str, Any]:
    mine = factors.second_factor(person_id=person_id)
    place = passkey_site(request)
    options = ""
    if mine.passkeys and place is not None:
        ceremony = people.begin_passkey_step(site=place, person_id=person_id)
        options = json.dumps(remember_ceremony(request, ceremony, kind="step"))
    return {"form": form or SecondStepForm(), "mine": mine, "options": options}


@require_POST
@never_cache
def by_passkey(request: HttpRequest) -> HttpResponse:
    """Take the second step with a passkey."""
    half = pending_second_factor(request)
    if half is None:
        return redirect(_ENTRANCE)
    person_id, target = half
    try:
        people.pass_second_step_by_passkey(
            person_id=person_id,
            **_answered(request, kind="step"),
            address=client_address(request),
            now=now_of(request),
        )
    except Refused as refused:
        form = SecondStepForm(request.POST)
        form.errors.clear()
        return answer(
            request,
            "cabinet/second_step.html",
            lambda: _step_context(request, person_id=person_id, form=form),
            form=form,
            refused=refused,
        )
    return _through(request, person_id=person_id, target=target)


def _through(request: HttpRequest, *, person_id: int, target: str) -> HttpResponse:
    """Open the session and, if asked to, trust this browser for a month."""
    response = finish_sign_in(request, person_id=person_id, target=target)
    if "trust" in request.POST:
        people.trust_device(
            person_id=person_id,
            cookie=response.cookies[DEVICE_COOKIE].value,
            address=client_address(request),
            now=now_of(request),
        )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def lost(request: HttpRequest) -> HttpResponse:
    """Neither application nor codes: hand a request in to the office, whose page explains what to bring."""
    half = pending_second_factor(request)
    if half is None:
        return redirect(_ENTRANCE)
    person_id, _target = half
    form = LostForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        asked = office.ask_office_to_remove_factors(
            person_id=person_id,
            comment=form.cleaned_data["comment"],
            address=client_address(request),
            now=now_of(request),
        )
        return render(request, "cabinet/second_step_lost.html", {"form": form, "asked": asked})

    return answer(request, "cabinet/second_step_lost.html", lambda: {"form": form}, form=form, act=act)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def passkey_alone(request: HttpRequest) -> HttpResponse:
    """«Войти с ключом доступа»: the device and its owner's finger are two factors already."""
    target = safe_next(request, request.POST.get("next") or request.GET.get("next"))
    form = PasskeyForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        person = people.sign_in_by_passkey(
            **_answered(request, kind="alone"), address=client_address(request), now=now_of(request)
        )
        return finish_sign_in(request, person_id=person.person_id, target=target)

    def context() -> dict[str, Any]:
        place = passkey_site(request)
        options = ""
        if place is not None:
            ceremony = people.begin_passkey_step(site=place)
            options = json.dumps(remember_ceremony(request, ceremony, kind="alone"))
        return {"form": form, "options": options, "next": target if target != "/" else ""}

    return answer(request, "cabinet/passkey_sign_in.html", context, form=form, act=act)


def _answered(request: HttpRequest, *, kind: str) -> dict[str, Any]:
    """Site, question and answer of a ceremony. :raises FactorRefused: one of them is missing"""
    place = passkey_site(request)
    state = take_ceremony(request, kind=kind)
    form = PasskeyForm(request.POST)
    if place is None or state is None or not form.is_valid():
        raise FactorRefused(FactorReason.PASSKEY)
    return {"site": place, "state": state, "answer": form.cleaned_data["credential"]}


@require_http_methods(["GET", "HEAD"])
@never_cache
def lost_phone(request: HttpRequest) -> HttpResponse:
    """Phone and password both gone: what to bring to the office; open to everybody, it asks nothing."""
    return render(request, "cabinet/lost_phone.html", {})


urlpatterns: list[URLPattern] = [
    path(SECOND_STEP.lstrip("/"), step),
    path("entrance/second-factor/passkey/", by_passkey),
    path("entrance/second-factor/lost/", lost),
    path("entrance/passkey/", passkey_alone),
    path("entrance/recover/lost/", lost_phone),
]
