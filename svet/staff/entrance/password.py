"""«Свой пароль»: changed by the member; one that somebody else gave is changed before any desk opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from svet.look.forms import Form
from svet.look.requests import now_of
from svet.office import texts
from svet.people.rules import LONGEST_PASSWORD
from svet.people.rules.passwords import PasswordRefused, check_password_rules
from svet.staff.shell.desk import OWN_PASSWORD, actor_of, member_at, proved_page
from svet.staff.shell.forms import answer
from svet.staff.shell.paths import going_to
from svet.staff.shell.session import renew_work, staff_session
from svet.staffing import operations as staffing


class OwnPasswordForm(Form):
    """The present password and the new one twice; the operation judges both."""

    current = forms.CharField(
        required=False, strip=False, label=gettext_lazy("Текущий пароль"), widget=forms.PasswordInput()
    )
    new = forms.CharField(
        required=False, strip=False, label=gettext_lazy("Новый пароль"), widget=forms.PasswordInput()
    )
    repeat = forms.CharField(
        required=False, strip=False, label=gettext_lazy("Новый пароль ещё раз"), widget=forms.PasswordInput()
    )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if "new" in typed and "repeat" in typed and typed["new"] != typed["repeat"]:
            self.add_error("repeat", _("Пароли не совпадают. Введите новый пароль ещё раз."))
            # The operation is not asked then: what is wrong with the new one itself is said in the same turn.
            self._refuse("new", lambda: check_password_rules(typed["new"], field="new"))
        for name in self.fields:
            if not typed.get(name, "") and name not in self.errors:
                self.add_error(name, _("Введите пароль."))
        return typed

    def _refuse(self, field: str, judge: Callable[[], object]) -> None:
        try:
            judge()
        except PasswordRefused as refused:
            self.add_error(field, ValidationError(texts.explain(refused), code=str(refused.reason)))


@sensitive_post_parameters("current", "new", "repeat")
@require_http_methods(["GET", "HEAD", "POST"])
@proved_page
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other work sessions end, this one stays."""
    form = OwnPasswordForm(request.POST if request.method == "POST" else None)
    work = staff_session(request)

    def act() -> HttpResponse:
        staffing.change_own_password(
            person_id=member_at(request).person_id,
            current=form.cleaned_data["current"][: LONGEST_PASSWORD + 1],
            new=form.cleaned_data["new"],
            by=actor_of(request),
            now=now_of(request),
        )
        renew_work(request)
        messages.success(request, _("Пароль изменён. Другие ваши рабочие сеансы закрыты."))
        return redirect(going_to(request) or "/staff/")

    return answer(
        request,
        "staff/own_password.html",
        lambda: {"form": form, "next": going_to(request), "due": work is not None and work.owes_password},
        form=form,
        act=act,
    )


urlpatterns: list[URLPattern] = [
    path(OWN_PASSWORD.removeprefix("/staff/"), password, name="staff-own-password")
]
