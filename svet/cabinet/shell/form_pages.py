"""Pages that answer a form: the same page again when it is refused, with everything in its place."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from svet.cabinet.shell.forms import Form
from svet.cabinet.shell.proof_of_work import proof_of_work_for
from svet.cabinet.shell.session import client_address, flow_key, now_of
from svet.kernel.refusals import Refused
from svet.limits.operations import LimitReached
from svet.limits.rules import Purpose
from svet.look.forms import form_page
from svet.office import texts
from svet.people import operations as people
from svet.people.queries import Challenge
from svet.people.rules import mask_phone
from svet.people.rules.codes import CodePurpose


def answer(
    request: HttpRequest,
    template: str,
    context: Callable[[], dict[str, Any]],
    *,
    form: Form,
    act: Callable[[], HttpResponse | None] | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    """A page of the cabinet with its form, see :func:`svet.look.forms.form_page`."""
    return form_page(request, template, context, form=form, explain=texts.explain, act=act, refused=refused)


def code_context(
    request: HttpRequest,
    *,
    form: Form,
    standing: Challenge,
    resend_url: str,
    back_url: str,
    step: str,
    refused: Refused | None = None,
) -> dict[str, Any]:
    """What a page that asks for a code shows; nothing of it tells whether the phone is known."""
    now = now_of(request)
    return {
        "form": form,
        "masked": mask_phone(standing.target),
        "wait": max(0, math.ceil((standing.next_send_at - now).total_seconds())),
        "closed": standing.tries_left <= 0 or standing.expires_at <= now,
        "resend_url": resend_url,
        "back_url": back_url,
        "step": step,
        "work": proof_of_work_for(request, Purpose.CODE, refused),
    }


def resend_answer(request: HttpRequest, *, purpose: CodePurpose, back: str, start: str) -> HttpResponse:
    """Send a fresh code and return to the page that asks for it, or say how long to wait."""
    try:
        people.resend_code(
            purpose=purpose,
            session_key=flow_key(request),
            address=client_address(request),
            now=now_of(request),
        )
    except LimitReached as reached:
        messages.error(request, texts.explain(reached))
    except Refused as refused:
        messages.error(request, texts.explain(refused))
        return redirect(start)
    else:
        messages.success(request, _("Новый код отправлен. Прежний больше не действует."))
    return redirect(back)
