"""«Настройки уведомлений»: two plain switches, the matrix event × channel, browsers and the messenger."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import client_address, now_of, person_of, signed_in, visitor
from svet.kernel.refusals import NotFound, Refused
from svet.notices import queries as notices
from svet.notices import texts as notice_texts
from svet.notices.queries.messengers import chat, messenger_name
from svet.people import operations as people
from svet.people import queries, texts


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """«Настройки уведомлений»: two plain switches and the matrix event × channel."""
    recipient_id = person_of(request).recipient_id
    switches = notices.preferences(recipient_id=recipient_id)
    if request.method == "POST":
        # The two plain switches of «Профиль» come alone and leave the matrix as it is.
        plain = "plain" in request.POST
        chosen = {
            event: {
                channel: cell.on if plain else f"{event.code}.{channel.value}" in request.POST
                for channel, cell in row.items()
            }
            for event, row in switches.matrix.items()
        }
        people.change_notifications(
            person_id=person_of(request).person_id,
            preferences=chosen,
            email_on="email_on" in request.POST,
            sms_on="sms_on" in request.POST,
            now=now_of(request),
            address=client_address(request),
        )
        messages.success(request, _("Настройки уведомлений сохранены."))
        return redirect("/profile/" if plain else "/profile/notifications/")
    rows = [
        {
            "name": str(event.name),
            "cells": [
                {
                    "name": f"{event.code}.{channel.value}",
                    "channel": notice_texts.channel_name(channel),
                    "on": cell.on,
                    "locked": cell.locked,
                }
                for channel, cell in row.items()
            ],
        }
        for event, row in switches.matrix.items()
    ]
    context = {
        "switches": switches,
        "rows": rows,
        "channels": [notice_texts.channel_name(channel) for channel in switches.channels],
        "person": person_of(request),
        "push_key": notices.push_key(),
        "browsers": _browsers(request),
        "messenger": messenger_name(),
        "chat": chat(recipient_id),
    }
    return render(request, "cabinet/notifications.html", context)


def _browsers(request: HttpRequest) -> list[dict[str, object]]:
    person = person_of(request)
    here = queries.device_here(person_id=person.person_id, session_key=request.session.session_key or "")
    return [
        {"id": row.public_id, "name": row.label, "since": row.created_at, "here": row.device_key == here}
        for row in notices.browsers(person.recipient_id)
    ]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def browsers(request: HttpRequest) -> HttpResponse:
    """For scripts. GET: whether somebody is signed in, the key to subscribe with, the token of the next POST.

    POST shows notices in this browser; 422 with a sentence when it gave nothing that can be used.
    """
    if request.method != "POST":
        signed = visitor(request) is not None
        return JsonResponse(
            {"key": notices.push_key() if signed else "", "csrf": get_token(request) if signed else ""}
        )
    return _show(request)


@signed_in
def _show(request: HttpRequest) -> HttpResponse:
    try:
        people.show_notices_here(
            person_id=person_of(request).person_id,
            session_key=request.session.session_key or "",
            endpoint=request.POST.get("endpoint", ""),
            p256dh=request.POST.get("p256dh", ""),
            auth=request.POST.get("auth", ""),
            address=client_address(request),
            now=now_of(request),
        )
    except Refused as refused:
        return JsonResponse({"text": texts.explain(refused)}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return JsonResponse({"text": ""})


@signed_in
@require_POST
def hide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show no more notices in that browser."""
    try:
        people.hide_notices(
            person_id=person_of(request).person_id,
            subscription_public_id=public_id,
            address=client_address(request),
            now=now_of(request),
        )
    except NotFound:
        deny_as_missing(request, subject="browser", public_id=public_id)
    messages.success(request, _("На этом устройстве уведомлений больше не будет."))
    return redirect("/profile/notifications/")


urlpatterns: list[URLPattern] = [
    path("profile/notifications/", notifications, name="notification-settings"),
    path("profile/browsers/", browsers),
    path("profile/browsers/<public_id:public_id>/hide/", hide),
]
