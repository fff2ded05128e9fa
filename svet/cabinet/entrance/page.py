"""The entrance: two tabs, the code, the way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.cabinet.entrance import agreement_texts, new_agreements, recovery, second_factor
from svet.cabinet.entrance.forms import RegistrationForm, SignInForm
from svet.cabinet.entrance.sign_in import begin_session_or_ask_second_factor
from svet.cabinet.shell.code_forms import CodeForm
from svet.cabinet.shell.fields import checklist
from svet.cabinet.shell.form_pages import answer, code_context, resend_answer
from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.proof_of_work import proof_of_work_for, proof_of_work_of
from svet.cabinet.shell.session import (
    PHONE_TYPED,
    client_address,
    close_session,
    device_cookie,
    flow_key,
    now_of,
    open_session,
    safe_next,
)
from svet.cabinet.shell.shown_texts import texts_mark, texts_shown
from svet.kernel.refusals import Refused
from svet.limits.rules import Purpose
from svet.people import operations as people
from svet.people import queries
from svet.people.rules.codes import CodePurpose

BENEFITS = (
    gettext_lazy("Передача показаний"),
    gettext_lazy("Напоминание об оплате"),
    gettext_lazy("Просмотр квитанций"),
    gettext_lazy("Отказ от печатных квитанций"),
    gettext_lazy("Все услуги одним платежом"),
    gettext_lazy("Платежи за несколько квартир"),
)
_SIGN_IN = "sign-in"
_REGISTER = "register"


@dataclass(frozen=True, slots=True)
class EntranceTab:
    """One of the two tabs."""

    url: str
    text: str | Promise
    current: bool


def _context(
    request: HttpRequest,
    *,
    register: Form | None = None,
    enter: Form | None = None,
    refused: Refused | None = None,
) -> dict[str, Any]:
    # Whoever was signed in here before comes to sign in; strangers are offered a cabinet first.
    tab = request.GET.get("tab") or (_SIGN_IN if device_cookie(request) else _REGISTER)
    signing_in = enter is not None or (register is None and tab == _SIGN_IN)
    going_to = safe_next(request, request.POST.get("next") or request.GET.get("next"))
    typed = {"phone": request.session.get(PHONE_TYPED, "")}
    register = register or RegistrationForm(initial=typed)
    return {
        "tabs": [
            EntranceTab(f"/entrance/?tab={_REGISTER}", gettext_lazy("Регистрация"), not signing_in),
            EntranceTab(f"/entrance/?tab={_SIGN_IN}", gettext_lazy("Вход"), signing_in),
        ],
        "signing_in": signing_in,
        "register": register,
        "enter": enter or SignInForm(initial=typed),
        "lines": checklist(register, "password"),
        "texts": texts_mark(request),
        "benefits": BENEFITS,
        "next": going_to if going_to != "/" else "",
        "work": proof_of_work_for(request, Purpose.SIGN_IN if signing_in else Purpose.REGISTRATION, refused),
    }


@require_safe
@never_cache
def entrance(request: HttpRequest) -> HttpResponse:
    """The two tabs; a signed-in person has nothing to do here."""
    if request.user.is_authenticated:
        return redirect(safe_next(request, request.GET.get("next")))
    return render(request, "cabinet/entrance.html", _context(request))


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """«Зарегистрироваться»: promise a code and ask for it, whoever the phone belongs to."""
    if request.method != "POST":
        return redirect(f"/entrance/?tab={_REGISTER}")
    form = RegistrationForm(request.POST)

    def act() -> HttpResponse:
        people.start_registration(
            **(form.cleaned_data | {"agreed": form.cleaned_data["agreed"] and texts_shown(request)}),
            session_key=flow_key(request),
            address=client_address(request),
            now=now_of(request),
            work=proof_of_work_of(request),
        )
        request.session[PHONE_TYPED] = request.POST.get("phone", "")[:64]
        return redirect("/entrance/code/")

    return answer(
        request,
        "cabinet/entrance.html",
        lambda: _context(request, register=form, refused=form.refused),
        form=form,
        act=act,
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """«Войти»: one answer to everything that does not fit."""
    if request.method != "POST":
        return redirect(f"/entrance/?tab={_SIGN_IN}")
    form = SignInForm(request.POST)

    def act() -> HttpResponse:
        person = people.sign_in(
            **form.cleaned_data,
            address=client_address(request),
            now=now_of(request),
            device_cookie=device_cookie(request),
            work=proof_of_work_of(request),
        )
        return begin_session_or_ask_second_factor(
            request, person_id=person.person_id, target=safe_next(request, request.POST.get("next"))
        )

    return answer(
        request,
        "cabinet/entrance.html",
        lambda: _context(request, enter=form, refused=form.refused),
        form=form,
        act=act,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """«Подтвердить»: the right code opens the cabinet and signs in."""
    standing = queries.challenge(purpose=CodePurpose.REGISTRATION, session_key=flow_key(request))
    if standing is None:
        return redirect(f"/entrance/?tab={_REGISTER}")
    form = CodeForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        person = people.confirm_registration(
            session_key=flow_key(request),
            code=form.cleaned_data["code"],
            address=client_address(request),
            now=now_of(request),
            work=proof_of_work_of(request),
        )
        return _welcome(request, person_id=person.person_id)

    return answer(
        request,
        "cabinet/code.html",
        lambda: code_context(
            request,
            form=form,
            standing=queries.challenge(purpose=CodePurpose.REGISTRATION, session_key=flow_key(request))
            or standing,
            resend_url="/entrance/code/resend/",
            back_url=f"/entrance/?tab={_REGISTER}",
            step=_("Регистрация"),
            refused=form.refused,
        ),
        form=form,
        act=act,
    )


def _welcome(request: HttpRequest, *, person_id: int) -> HttpResponse:
    response = redirect("/accounts/")
    open_session(request, response, person_id=person_id)
    messages.success(
        request,
        _("Вы зарегистрированы. Теперь добавьте абонента: нужны номер лицевого счёта и номер прибора учёта."),
    )
    return response


@require_POST
@never_cache
def resend(request: HttpRequest) -> HttpResponse:
    """A fresh code to the same phone, when the pause is over."""
    return resend_answer(
        request,
        purpose=CodePurpose.REGISTRATION,
        back="/entrance/code/",
        start=f"/entrance/?tab={_REGISTER}",
    )


@require_POST
@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """«Выйти из аккаунта»: the session dies on the server, not only in the browser."""
    close_session(request)
    messages.success(request, _("Вы вышли из аккаунта."))
    response = redirect(f"/entrance/?tab={_SIGN_IN}")
    # Not the storage: readings that wait there for a network are sealed for their person (docs/adr/0080).
    response["Clear-Site-Data"] = '"cache"'
    return response


urlpatterns: list[URLPattern] = [
    path("entrance/", entrance, name="entrance"),
    path("entrance/register/", register),
    path("entrance/code/", code),
    path("entrance/code/resend/", resend),
    path("entrance/sign-in/", sign_in),
    path("entrance/sign-out/", sign_out),
    *recovery.urlpatterns,
    *second_factor.urlpatterns,
    *agreement_texts.urlpatterns,
    *new_agreements.urlpatterns,
]
