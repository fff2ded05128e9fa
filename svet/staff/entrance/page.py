"""The door of the back office: password, then the second factor, then the desks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from svet.kernel.actors import Actor
from svet.look.forms import CodeInput, Form
from svet.look.requests import client_address, now_of
from svet.people import operations as people
from svet.people.rules import LONGEST_PASSWORD
from svet.site import queries as site
from svet.staff.shell.desk import SECOND_FACTOR, SIGN_IN
from svet.staff.shell.forms import answer
from svet.staff.shell.paths import going_to
from svet.staff.shell.session import close_work, open_work, prove_work, staff_session, waiting_identity
from svet.staffing import operations as staffing

_SECRET = "work_secret"  # noqa: S105 - the name of a session's key


class StaffSignInForm(Form):
    """«Вход для сотрудников»; everything about it is judged by the operation."""

    phone = forms.CharField(required=False, strip=False, label=gettext_lazy("Рабочий телефон"))
    password = forms.CharField(
        required=False,
        strip=False,
        label=gettext_lazy("Пароль"),
        widget=forms.PasswordInput(render_value=False),
    )


class FactorForm(Form):
    """The code of the application."""

    code = forms.CharField(
        required=False, strip=False, label=gettext_lazy("Код из приложения"), widget=CodeInput()
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """Phone and password of a member; one answer to everything that does not fit."""
    work = staff_session(request)
    if work is not None and request.method != "POST":
        return redirect((going_to(request) or "/staff/") if work.proved else SECOND_FACTOR)
    form = StaffSignInForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        person_id = staffing.sign_in_member(
            phone=form.cleaned_data["phone"],
            password=form.cleaned_data["password"][: LONGEST_PASSWORD + 1],
            address=client_address(request),
            now=now_of(request),
        )
        target = going_to(request)
        open_work(request, person_id=person_id, typed=True)
        return redirect(f"{SECOND_FACTOR}?next={target}" if target else SECOND_FACTOR)

    return answer(request, "staff/sign_in.html", lambda: _shown(request, form), form=form, act=act)


def _shown(request: HttpRequest, form: Form) -> dict[str, Any]:
    return {
        "form": form,
        "next": going_to(request),
        "provider": bool(settings.OIDC_ISSUER),
        "provider_name": settings.OIDC_NAME,
        "cabinet": settings.BASE_URL if settings.STAFF_URL else "/",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """The code of the application; who has none yet connects one here, and nothing opens before that."""
    work = staff_session(request)
    if work is None:
        return redirect(SIGN_IN)
    if work.proved:
        return redirect(going_to(request) or "/staff/")
    known = people.has_totp(person_id=work.member.person_id)
    form = FactorForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        terms: dict[str, Any] = {
            "person_id": work.member.person_id,
            "code": form.cleaned_data["code"],
            "by": work.member.actor(address=client_address(request)),
            "now": now_of(request),
        }
        if known:
            people.check_totp(**terms)
        else:
            people.enrol_totp(**terms, secret=_secret(request))
        _bind(request, person_id=work.member.person_id, by=terms["by"])
        request.session.pop(_SECRET, None)
        prove_work(request)
        return redirect(going_to(request) or "/staff/")

    return answer(
        request,
        "staff/second_factor.html",
        lambda: _shown(request, form) | ({} if known else _picture(request, work.member.phone)),
        form=form,
        act=act,
    )


def _bind(request: HttpRequest, *, person_id: int, by: Actor) -> None:
    """Whoever came by the sign-in service for the first time has now shown that they are the member."""
    digest = waiting_identity(request)
    if digest:
        staffing.bind_identity(person_id=person_id, digest=digest, by=by, now=now_of(request))


def _secret(request: HttpRequest) -> str:
    """The secret shown to this session until its application is connected."""
    secret: str | None = request.session.get(_SECRET)
    if secret is None:
        secret = people.new_totp_secret()
        request.session[_SECRET] = secret
    return secret


def _picture(request: HttpRequest, phone: str) -> dict[str, Any]:
    secret = _secret(request)
    brand = site.installation().brand
    groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
    return {
        "secret": " ".join(groups),
        "url": people.totp_url(secret=secret, label=phone, issuer=brand),
    }


@require_POST
@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the work session."""
    close_work(request)
    messages.success(request, _("Вы вышли. Рабочий сеанс закрыт."))
    response = redirect(SIGN_IN)
    response["Clear-Site-Data"] = '"cache"'
    return response


urlpatterns: list[URLPattern] = [
    path("sign-in/", sign_in, name="staff-sign-in"),
    path("second-factor/", second_factor, name="staff-second-factor"),
    path("sign-out/", sign_out, name="staff-sign-out"),
]
