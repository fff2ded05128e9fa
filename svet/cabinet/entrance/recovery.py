"""«Вспомнить пароль»: phone, code, new password."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from svet.cabinet.entrance.forms import NewPasswordForm, RecoveryForm
from svet.cabinet.entrance.sign_in import begin_session_or_ask_second_factor
from svet.cabinet.shell.code_forms import CodeForm
from svet.cabinet.shell.fields import checklist
from svet.cabinet.shell.form_pages import answer, code_context, resend_answer
from svet.cabinet.shell.proof_of_work import proof_of_work_for, proof_of_work_of
from svet.cabinet.shell.session import PHONE_TYPED, client_address, device_cookie, flow_key, now_of
from svet.limits.rules import Purpose
from svet.people import operations as people
from svet.people import queries
from svet.people.rules.codes import CodePurpose, CodeRefused

_START = "/entrance/recover/"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    """Ask for the phone; the answer does not tell whether it has a cabinet."""
    typed = {"phone": request.session.get(PHONE_TYPED, "")}
    form = RecoveryForm(request.POST) if request.method == "POST" else RecoveryForm(initial=typed)

    def act() -> HttpResponse:
        people.start_recovery(
            phone=form.cleaned_data["phone"],
            session_key=flow_key(request),
            address=client_address(request),
            now=now_of(request),
            device_cookie=device_cookie(request),
            work=proof_of_work_of(request),
        )
        request.session[PHONE_TYPED] = request.POST.get("phone", "")[:64]
        return redirect("/entrance/recover/code/")

    return answer(
        request,
        "cabinet/recover.html",
        lambda: {"form": form, "work": proof_of_work_for(request, Purpose.RECOVERY, form.refused)},
        form=form,
        act=act,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code; the right one lets this browser choose a new password."""
    standing = queries.challenge(purpose=CodePurpose.RECOVERY, session_key=flow_key(request))
    if standing is None:
        return redirect(_START)
    form = CodeForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        people.confirm_recovery(
            session_key=flow_key(request),
            code=form.cleaned_data["code"],
            address=client_address(request),
            now=now_of(request),
            work=proof_of_work_of(request),
        )
        return redirect("/entrance/recover/password/")

    return answer(
        request,
        "cabinet/code.html",
        lambda: code_context(
            request,
            form=form,
            standing=queries.challenge(purpose=CodePurpose.RECOVERY, session_key=flow_key(request))
            or standing,
            resend_url="/entrance/recover/code/resend/",
            back_url=_START,
            step=_("Вспомнить пароль"),
            refused=form.refused,
        ),
        form=form,
        act=act,
    )


@require_POST
@never_cache
def resend(request: HttpRequest) -> HttpResponse:
    """A fresh recovery code to the same phone, when the pause is over."""
    return resend_answer(request, purpose=CodePurpose.RECOVERY, back="/entrance/recover/code/", start=_START)


@sensitive_post_parameters("new")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def password(request: HttpRequest) -> HttpResponse:
    """Set the new password, end every session, sign in here."""
    if not queries.may_set_password(session_key=flow_key(request), now=now_of(request)):
        return redirect(_START)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        try:
            person = people.finish_recovery(
                session_key=flow_key(request),
                new_password=form.cleaned_data["new"],
                address=client_address(request),
                now=now_of(request),
            )
        except CodeRefused:
            return redirect(_START)
        # An SMS alone never opens what has a second step: the number may have been taken over.
        response = begin_session_or_ask_second_factor(request, person_id=person.person_id, target="/")
        messages.success(request, _("Пароль изменён. На других устройствах нужно войти заново."))
        return response

    return answer(
        request,
        "cabinet/new_password.html",
        lambda: {"form": form, "lines": checklist(form, "new")},
        form=form,
        act=act,
    )


urlpatterns: list[URLPattern] = [
    path("entrance/recover/", start),
    path("entrance/recover/code/", code),
    path("entrance/recover/code/resend/", resend),
    path("entrance/recover/password/", password),
]
