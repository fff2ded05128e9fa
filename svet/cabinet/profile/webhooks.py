"""Messages for the person's own programs: addresses, what was sent there, trying and repeating."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.urls.resolvers import URLPattern
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from svet.cabinet.profile.forms import WebhookForm
from svet.cabinet.profile.second_factor import ask_unless_proved
from svet.cabinet.shell.not_visible import deny_as_missing
from svet.cabinet.shell.session import actor_of, now_of, person_of, signed_in
from svet.kernel import words
from svet.kernel.refusals import NotFound, Refused
from svet.look.forms import form_page
from svet.people import operations as people
from svet.webhooks import operations, queries, texts
from svet.webhooks.queries import HookView

SHOWN = 50


@sensitive_post_parameters("password")
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """The addresses, and the form of a new one."""
    form = WebhookForm(request.POST if request.method == "POST" else None)

    def act() -> HttpResponse:
        people.confirm_password(
            person_id=person_of(request).person_id,
            password=form.cleaned_data["password"],
            now=now_of(request),
        )
        made, secret = operations.add_webhook(
            by=actor_of(request),
            url=form.cleaned_data["url"],
            events=form.cleaned_data["events"],
            now=now_of(request),
        )
        return render(request, "cabinet/webhook.html", _one(request, made, secret=secret))

    return form_page(
        request,
        "cabinet/webhooks.html",
        lambda: _all(request, form),
        form=form,
        explain=words.explain,
        act=act,
    )


@signed_in
@require_safe
def webhook(request: HttpRequest, public_id: str) -> HttpResponse:
    """One address: what it is told of, and what was sent there lately."""
    return render(request, "cabinet/webhook.html", _one(request, _mine(request, public_id)))


@signed_in
@require_POST
def rotate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Another secret, shown on the page this one time."""
    view = _mine(request, public_id)
    asked = ask_unless_proved(request)
    if asked is not None:
        return asked
    try:
        secret = operations.rotate_secret(by=actor_of(request), public_id=public_id, now=now_of(request))
    except NotFound:
        deny_as_missing(request, subject="webhook", public_id=public_id)
    except Refused as refused:
        messages.error(request, words.explain(refused))
        return redirect("webhook", public_id)
    return render(request, "cabinet/webhook.html", _one(request, view, secret=secret))


@signed_in
@require_POST
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send nothing there any more."""
    _mine(request, public_id)
    operations.remove_webhook(by=actor_of(request), public_id=public_id, now=now_of(request))
    messages.success(request, _("Адрес удалён. Больше мы туда ничего не отправим."))
    return redirect("webhooks")


@signed_in
@require_POST
def ping(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send a try."""

    def act() -> None:
        operations.ping(by=actor_of(request), public_id=public_id, now=now_of(request))

    return _done(request, public_id, act, said=_("Проверка отправляется. Ответ будет ниже."))


@signed_in
@require_POST
def turn_on(request: HttpRequest, public_id: str) -> HttpResponse:
    """Call a switched-off address again."""

    def act() -> None:
        operations.turn_on(by=actor_of(request), public_id=public_id, now=now_of(request))

    return _done(request, public_id, act, said=_("Адрес снова включён."))


@signed_in
@require_POST
def repeat(request: HttpRequest, public_id: str, call_public_id: str) -> HttpResponse:
    """Send the same news once more."""

    def act() -> None:
        operations.repeat_call(by=actor_of(request), call_public_id=call_public_id, now=now_of(request))

    return _done(request, public_id, act, said=_("Сообщение отправляется ещё раз."))


def _done(request: HttpRequest, public_id: str, act: Callable[[], None], *, said: str) -> HttpResponse:
    _mine(request, public_id)
    try:
        act()
    except NotFound:
        deny_as_missing(request, subject="webhook", public_id=public_id)
    except Refused as refused:
        messages.error(request, words.explain(refused))
    else:
        messages.success(request, said)
    return redirect("webhook", public_id)


def _mine(request: HttpRequest, public_id: str) -> HookView:
    found = queries.hook_of(person_id=person_of(request).person_id, public_id=public_id)
    if found is None:
        deny_as_missing(request, subject="webhook", public_id=public_id)
    return found


def _all(request: HttpRequest, form: WebhookForm) -> dict[str, Any]:
    return {"form": form, "rows": queries.hooks_of(person_id=person_of(request).person_id)}


def _one(request: HttpRequest, view: HookView, *, secret: str = "") -> dict[str, Any]:
    found = queries.calls_of(person_id=person_of(request).person_id, public_id=view.public_id, limit=SHOWN)
    return {
        "hook": view,
        "secret": secret,
        "events": [texts.EVENT_NAMES[each] for each in view.events if each in texts.EVENT_NAMES],
        "calls": [
            {
                "call": call,
                "event": texts.EVENT_NAMES.get(call.event, call.event),
                "state": texts.what_came_of(
                    state=call.state,
                    attempts=call.attempts,
                    status=call.status,
                    reason=call.reason,
                    due_at=call.due_at,
                ),
                "done": call.state != "waiting",
            }
            for call in found
        ],
    }


urlpatterns: list[URLPattern] = [
    path("profile/webhooks/", webhooks, name="webhooks"),
    path("profile/webhooks/<public_id:public_id>/", webhook, name="webhook"),
    path("profile/webhooks/<public_id:public_id>/rotate/", rotate),
    path("profile/webhooks/<public_id:public_id>/remove/", remove),
    path("profile/webhooks/<public_id:public_id>/ping/", ping),
    path("profile/webhooks/<public_id:public_id>/on/", turn_on),
    path("profile/webhooks/<public_id:public_id>/calls/<public_id:call_public_id>/repeat/", repeat),
]
