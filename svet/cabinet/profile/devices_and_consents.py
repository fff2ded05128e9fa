"""Devices and consents."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from svet.cabinet.profile.second_factor import ask_unless_proved
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import client_address, now_of, person_of, signed_in
from svet.cabinet.shell.shown_texts import said_of, texts_mark, texts_shown
from svet.kernel.refusals import NotFound
from svet.people import operations as people
from svet.people import queries
from svet.people.operations.registration import RegistrationRefused
from svet.site import queries as site
from svet.site.rules import AgreementKind


@signed_in
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """«Устройства»: where the person is and was signed in."""
    rows = queries.devices(
        person_id=person_of(request).person_id, session_key=request.session.session_key or ""
    )
    elsewhere = any(row.signed_in and not row.here for row in rows)
    return render(request, "cabinet/devices.html", {"devices": rows, "elsewhere": elsewhere})


@signed_in
@require_POST
def end_elsewhere(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    asked = ask_unless_proved(request)
    if asked is not None:
        return asked
    count = people.end_other_sessions(
        person_id=person_of(request).person_id,
        session_key=request.session.session_key or "",
        address=client_address(request),
        now=now_of(request),
    )
    text = ngettext(
        "Вы вышли на %(count)d другом устройстве.", "Вы вышли на %(count)d других устройствах.", count
    )
    messages.success(request, text % {"count": count})
    return redirect("/profile/devices/")


@signed_in
@require_POST
def end_device(request: HttpRequest, public_id: str) -> HttpResponse:
    """Sign out on one device."""
    _one_of_mine(request, public_id)
    asked = ask_unless_proved(request)
    if asked is not None:
        return asked
    try:
        people.end_session(
            person_id=person_of(request).person_id,
            device_public_id=public_id,
            address=client_address(request),
            now=now_of(request),
        )
    except NotFound:
        deny_as_missing(request, subject="device", public_id=public_id)
    messages.success(request, _("Вы вышли на этом устройстве."))
    return redirect("/profile/devices/")


@signed_in
@require_POST
def distrust_device(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask this device for the second step again."""
    _one_of_mine(request, public_id)
    people.distrust_device(
        person_id=person_of(request).person_id,
        device_public_id=public_id,
        address=client_address(request),
        now=now_of(request),
    )
    messages.success(request, _("Устройство больше не доверенное: в следующий раз спросим второй шаг."))
    return redirect("/profile/devices/")


def _one_of_mine(request: HttpRequest, public_id: str) -> None:
    mine = queries.devices(person_id=person_of(request).person_id)
    if not any(device.public_id == public_id for device in mine):
        deny_as_missing(request, subject="device", public_id=public_id)


@signed_in
@require_safe
def consents(request: HttpRequest) -> HttpResponse:
    """What was agreed to: which version, when and from where."""
    # Before the texts, so that no mark is later than the text beside it.
    mark = texts_mark(request)
    given = queries.consents(person_id=person_of(request).person_id)
    today = timezone.localdate(now_of(request))
    rows = [
        {
            "kind": kind.value,
            "title": site.current_agreement(kind=kind, today=today).title,
            "coming": site.coming_agreement(kind=kind, today=today),
            "standing": [row for row in given if row.kind == kind and row.withdrawn_at is None],
            "past": [row for row in given if row.kind == kind and row.withdrawn_at is not None],
            "may_withdraw": kind is AgreementKind.PERSONAL_DATA,
        }
        for kind in AgreementKind
    ]
    return render(request, "cabinet/consents.html", {"rows": rows, "texts": mark})


@signed_in
@require_POST
def consent(request: HttpRequest, kind: str, verb: str) -> HttpResponse:
    """Withdraw the consent to processing, or give one again."""
    if kind not in [known.value for known in AgreementKind]:
        raise Http404
    terms: dict[str, Any] = {
        "person_id": person_of(request).person_id,
        "kind": AgreementKind(kind),
        "address": client_address(request),
        "now": now_of(request),
    }
    if verb == "give":
        try:
            people.give_consent(version=texts_shown(request)[kind], **terms)
        except RegistrationRefused as newer:
            messages.warning(request, said_of(newer))
        else:
            messages.success(request, _("Согласие сохранено."))
    elif verb == "withdraw" and kind == AgreementKind.PERSONAL_DATA:
        people.withdraw_consent(**terms)
        messages.success(request, _("Согласие отозвано. Мы сохранили дату и время отзыва."))
    else:
        raise Http404
    return redirect("/profile/consents/")


urlpatterns: list[URLPattern] = [
    path("profile/devices/", devices, name="devices"),
    path("profile/devices/end-elsewhere/", end_elsewhere),
    path("profile/devices/<public_id:public_id>/end/", end_device),
    path("profile/devices/<public_id:public_id>/distrust/", distrust_device),
    path("profile/consents/", consents),
    path("profile/consents/<slug:kind>/<slug:verb>/", consent),
]
