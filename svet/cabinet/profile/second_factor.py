"""«Второй шаг входа» in the profile: application, recovery codes, passkeys; each asks the password first."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.cabinet.profile.forms import ConfirmForm, PasskeyNameForm
from svet.cabinet.shell.code_forms import CodeForm, PasskeyForm
from svet.cabinet.shell.form_pages import answer
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.passkeys import passkey_site, remember_ceremony, take_ceremony
from svet.cabinet.shell.session import SECOND_STEP_HOME as HOME
from svet.cabinet.shell.session import (
    client_address,
    now_of,
    opened_at,
    person_of,
    safe_next,
    signed_in,
)
from svet.kernel.refusals import NotFound, Refused
from svet.people import operations as people
from svet.people import texts
from svet.people.operations.factors import RecoverySheet
from svet.people.queries import factors
from svet.people.rules.factors import STEP_LIFE, FactorReason, FactorRefused
from svet.site import queries as site

_PROVED = "proved_at"
_SECRET = "totp_secret"  # noqa: S105 - the name of a session's entry
P = ParamSpec("P")


def proved(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let only those see a page who have typed their password within ten minutes."""

    @signed_in
    @functools.wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not _fresh(request, float(request.session.get(_PROVED, 0))):
            return _ask(request.path if request.method == "GET" else HOME)
        return view(request, *args, **kwargs)

    return guarded


def ask_unless_proved(request: HttpRequest) -> HttpResponse | None:
    """The way to the password before what a list of devices offers; a sign-in so lately proves as much."""
    if _fresh(request, max(opened_at(request), float(request.session.get(_PROVED, 0)))):
        return None
    return _ask("/profile/devices/")


def _fresh(request: HttpRequest, at: float) -> bool:
    return now_of(request).timestamp() - at <= STEP_LIFE.total_seconds()


def _ask(back: str) -> HttpResponse:
    return redirect(f"/profile/confirm/?{urlencode({'next': back})}")


@sensitive_post_parameters("password")
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password before a change of the way in."""
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    target = safe_next(request, request.POST.get("next") or request.GET.get("next") or HOME)

    def act() -> HttpResponse:
        people.confirm_password(
            person_id=person_of(request).person_id,
            password=form.cleaned_data["password"],
            now=now_of(request),
        )
        request.session[_PROVED] = now_of(request).timestamp()
        return redirect(target)

    return answer(request, "cabinet/confirm.html", lambda: {"form": form, "next": target}, form=form, act=act)


def _home(request: HttpRequest, **more: Any) -> dict[str, Any]:
    mine = factors.second_factor(person_id=person_of(request).person_id)
    return {
        "mine": mine,
        "passkeys_here": passkey_site(request) is not None,
        "needed": settings.SECOND_STEP_FOR_ALL and not mine.on,
        **more,
    }


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What the second step consists of now, and what may be done with it."""
    return render(request, "cabinet/second_factor.html", _home(request))


def _sheet_page(request: HttpRequest, sheet: RecoverySheet | None, said: str) -> HttpResponse:
    """The one page that shows recovery codes: they are not shown again."""
    messages.success(request, said)
    if sheet is None:
        return redirect(HOME)
    return render(request, "cabinet/recovery_codes.html", {"sheet": sheet})


@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
@proved
def application(request: HttpRequest) -> HttpResponse:
    """Show the secret as a picture and as text; the first right code connects the application."""
    person = person_of(request)
    if people.has_totp(person_id=person.person_id):
        return redirect(HOME)
    secret = str(request.session.setdefault(_SECRET, people.new_totp_secret()))
    form = CodeForm(request.POST if request.method == "POST" else None)
    form.fields["code"].label = _("Код из приложения")

    def act() -> HttpResponse:
        sheet = people.turn_on_totp(
            person_id=person.person_id,
            secret=secret,
            code=form.cleaned_data["code"],
            address=client_address(request),
            now=now_of(request),
        )
        request.session.pop(_SECRET, None)
        return _sheet_page(request, sheet, _("Вход с кодом из приложения включён."))

    def context() -> dict[str, Any]:
        brand = site.installation().brand
        return {
            "form": form,
            "secret": " ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
            "url": people.totp_url(secret=secret, label=person.phone, issuer=brand),
        }

    return answer(request, "cabinet/totp.html", context, form=form, act=act)


@require_POST
@proved
def application_off(request: HttpRequest) -> HttpResponse:
    """Disconnect the application."""
    try:
        people.turn_off_totp(
            person_id=person_of(request).person_id, address=client_address(request), now=now_of(request)
        )
    except FactorRefused as refused:
        messages.error(request, texts.explain(refused))
    else:
        messages.success(request, _("Вход с кодом из приложения отключён."))
    return redirect(HOME)


@require_POST
@proved
def codes(request: HttpRequest) -> HttpResponse:
    """Make a new sheet of recovery codes; the old one opens nothing any more."""
    try:
        sheet = people.make_recovery_codes(
            person_id=person_of(request).person_id, address=client_address(request), now=now_of(request)
        )
    except FactorRefused:
        return redirect(HOME)
    return _sheet_page(request, sheet, _("Новые запасные коды готовы, прежние больше не действуют."))


@require_http_methods(["GET", "HEAD", "POST"])
@proved
def passkey(request: HttpRequest) -> HttpResponse:
    """Have the browser make a passkey and give it a name."""
    place = passkey_site(request)
    if place is None:
        return redirect(HOME)
    person_id = person_of(request).person_id
    form = PasskeyForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        state = take_ceremony(request, kind="add")
        if state is None:
            raise FactorRefused(FactorReason.PASSKEY)
        sheet = people.add_passkey(
            person_id=person_id,
            site=place,
            state=state,
            answer=form.cleaned_data["credential"],
            name=form.cleaned_data["name"],
            address=client_address(request),
            now=now_of(request),
        )
        return _sheet_page(request, sheet, _("Ключ доступа добавлен."))

    def context() -> dict[str, Any]:
        ceremony = people.begin_passkey(person_id=person_id, site=place)
        options = remember_ceremony(request, ceremony, kind="add")
        return {"form": form, "options": json.dumps(options)}

    return answer(request, "cabinet/passkey.html", context, form=form, act=act)


@require_POST
@proved
def passkey_name(request: HttpRequest, public_id: str) -> HttpResponse:
    """Call a passkey otherwise."""
    form = PasskeyNameForm(request.POST)
    try:
        people.rename_passkey(
            person_id=person_of(request).person_id,
            public_id=public_id,
            name=form.cleaned_data["name"] if form.is_valid() else "",
            address=client_address(request),
            now=now_of(request),
        )
    except NotFound:
        deny_as_missing(request, subject="passkey", public_id=public_id)
    except Refused:
        messages.error(request, _("Назовите ключ: до 40 букв, например «Телефон» или «Домашний ноутбук»."))
    else:
        messages.success(request, _("Название ключа сохранено."))
    return redirect(HOME)


@require_POST
@proved
def passkey_remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let a passkey open nothing any more."""
    try:
        people.remove_passkey(
            person_id=person_of(request).person_id,
            public_id=public_id,
            address=client_address(request),
            now=now_of(request),
        )
    except NotFound:
        deny_as_missing(request, subject="passkey", public_id=public_id)
    except FactorRefused as refused:
        messages.error(request, texts.explain(refused))
    else:
        messages.success(request, _("Ключ доступа удалён. Удалите его и в самом устройстве."))
    return redirect(HOME)


urlpatterns: list[URLPattern] = [
    path("profile/confirm/", confirm),
    path(HOME.lstrip("/"), home, name="second-factor"),
    path("profile/second-factor/app/", application),
    path("profile/second-factor/app/off/", application_off),
    path("profile/second-factor/codes/", codes),
    path("profile/second-factor/passkey/", passkey),
    path("profile/second-factor/passkeys/<public_id:public_id>/name/", passkey_name),
    path("profile/second-factor/passkeys/<public_id:public_id>/remove/", passkey_remove),
]
