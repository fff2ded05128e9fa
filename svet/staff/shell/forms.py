"""The forms of the desks: their common ground, and a reason for whatever concerns access or money."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from svet.kernel.refusals import Refused
from svet.look.forms import Form, form_page
from svet.office import texts
from svet.staffing.rules import LONGEST_REASON


class ReasonForm(Form):
    """«Причина»: what the journal will say about why it was done; the operation judges it."""

    reason = forms.CharField(required=False, max_length=LONGEST_REASON, label=_("Причина"))


def answer(
    request: HttpRequest,
    template: str,
    context: Callable[[], dict[str, Any]],
    *,
    form: Form,
    act: Callable[[], HttpResponse | None] | None = None,
    explain: Callable[[Refused], str] = texts.explain,
) -> HttpResponse:
    """A desk's page with its form (``svet.look.forms.form_page``); ``explain`` may be another room's."""
    return form_page(request, template, context, form=form, explain=explain, act=act)
