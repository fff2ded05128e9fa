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
    refused: Refused | None,
    text: str = "",
) -> HttpResponse:
    """Draw a desk's page with its form; ``text`` is the refusal in words when another room refused."""
    said = "" if refused is None else text or texts.explain(refused)
    return form_page(request, template, context, form=form, refused=refused, text=said)
