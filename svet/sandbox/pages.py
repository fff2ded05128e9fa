"""/sandbox/: the phone, the mailbox, the bank and the town of the demo, for people and for scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from svet.kernel.refusals import Refused
from svet.payments.rules import parse_amount
from svet.sandbox import outer
from svet.sandbox.outer import WorldDown
from svet.sandbox.shown import bank_entries, conversations, dialogues, letters, refundable
from svet.sandbox.town import queries as town
from svet.sandbox.trouble_words import TROUBLES
from svet.sandbox.world.cards import CARDS, THREE_D_SECURE_CODE

_LONGEST: Final = 254
#: A name in the messenger is as long as one likes; ours are of one line.
_LONGEST_NAME: Final = 60
_MESSENGER: Final = "/sandbox/messenger/"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
Page = Callable[[HttpRequest], HttpResponse]


def _to(request: HttpRequest) -> str:
    """Whose phone or mailbox; an unescaped plus of a phone arrives as a space."""
    given = request.GET.get("to", "")[:_LONGEST]
    if _CONTROL.search(given):
        raise Http404
    return given.strip()


def _who(given: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in given).split())[:_LONGEST_NAME]


def _tabs(current: str) -> list[dict[str, Any]]:
    pages = [
        ("/sandbox/", _("Город")),
        ("/sandbox/phone/", _("Телефон")),
        ("/sandbox/messenger/", "MAX"),
        ("/sandbox/mail/", _("Почта")),
        ("/sandbox/bank/", _("Банк")),
    ]
    return [{"url": url, "text": text, "current": url == current} for url, text in pages]


def _show(
    request: HttpRequest, template: str, current: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    shown = context | {"tabs": _tabs(current)}
    return render(request, f"sandbox/{template}.html", shown, status=status)


def down(request: HttpRequest, current: str) -> HttpResponse:
    """The outer world is away: say so, and that nothing is lost by it."""
    return _show(request, "down", current, {}, status=503)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The town: ready sign-ins, free pairs, how far it is built."""
    return _show(request, "town", "/sandbox/", {"town": _town()})


@require_safe
def phone(request: HttpRequest) -> HttpResponse:
    """A phone with its messages; without a number, the list of phones that got any."""
    to = _to(request)
    try:
        found = outer.read("sms", to=to)
    except WorldDown:
        return down(request, "/sandbox/phone/")
    context = {"to": to, "conversations": conversations(found["messages"], found.get("sent", ()))}
    return _show(request, "phone", "/sandbox/phone/", context)


@require_POST
def send_sms(request: HttpRequest) -> HttpResponse:
    """The person of this phone sends a text to the retailer; the answer comes to the same phone."""
    phone_, text = request.POST.get("from", "")[:_LONGEST].strip(), request.POST.get("text", "")[:_LONGEST]
    try:
        taken = outer.send_sms(phone=phone_, text=text)
        messages_ = outer.read("sms", to=phone_)
    except WorldDown:
        return down(request, "/sandbox/phone/")
    if taken:
        return redirect(f"/sandbox/phone/?{urlencode({'to': phone_})}")
    context = {
        "to": phone_,
        "typed": text,
        "wrong": True,
        "conversations": conversations(messages_["messages"], messages_.get("sent", ())),
    }
    return _show(request, "phone", "/sandbox/phone/", context, status=422)


@require_safe
def messenger(request: HttpRequest) -> HttpResponse:
    """Dialogues, of one person or of all; ``start`` is what a link of the bot brings."""
    return _dialogues(request, who=_who(request.GET.get("who", "")), start=request.GET.get("start", "")[:128])


@require_POST
def use_messenger(request: HttpRequest) -> HttpResponse:
    """Somebody starts the bot, stops it or writes to it."""
    who, what = _who(request.POST.get("who", "")), request.POST.get("what", "")
    typed = request.POST.get("text", "")[:4000]
    try:
        if outer.act_in_messenger(who=who, what=what, text=typed):
            return redirect(f"{_MESSENGER}?{urlencode({'who': who})}")
    except WorldDown:
        return down(request, _MESSENGER)
    return _dialogues(request, who=who, typed=typed, wrong=True)


def _dialogues(
    request: HttpRequest, *, who: str, start: str = "", typed: str = "", wrong: bool = False
) -> HttpResponse:
    try:
        found = outer.read("max", to=who)["messages"]
    except WorldDown:
        return down(request, _MESSENGER)
    context = {
        "who": who,
        "suggested": who or _("Анна"),
        "start": start,
        "typed": typed,
        "wrong": wrong,
        "dialogues": dialogues(found),
    }
    return _show(request, "messenger", _MESSENGER, context, status=422 if wrong else 200)


@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """A mailbox, newest letter first."""
    to = _to(request)
    try:
        messages = outer.read("mail", to=to)["messages"]
    except WorldDown:
        return down(request, "/sandbox/mail/")
    return _show(request, "mail", "/sandbox/mail/", {"to": to, "letters": letters(messages)})


@require_safe
def attachment(request: HttpRequest, letter: int, index: int) -> HttpResponse:
    """One attached file."""
    try:
        found = outer.attachment(letter=letter, index=index)
    except WorldDown:
        return down(request, "/sandbox/mail/")
    if found is None:
        raise Http404
    content, media_type = found
    # Only what browsers show without running it is shown; everything else is saved.
    shown = media_type if media_type in ("application/pdf", "text/plain") else "application/octet-stream"
    response = HttpResponse(content, content_type=shown)
    response["Content-Disposition"] = "inline" if shown == "application/pdf" else "attachment"
    return response


@require_safe
def bank(request: HttpRequest) -> HttpResponse:
    """The bank's journal, its test cards, and the payments it can give back."""
    return _bank(request)


@require_POST
def give_back(request: HttpRequest) -> HttpResponse:
    """A clerk of the bank gives a payment back, whole or in part; the shop hears of it as of any refund."""
    payment, typed = request.POST.get("payment", "")[:_LONGEST], request.POST.get("amount", "")[:_LONGEST]
    try:
        amount = f"{parse_amount(typed).roubles:.2f}"
    except Refused:
        return _bank(request, refused=True, wrong=payment, typed=typed)
    try:
        if outer.give_back(payment=payment, amount=amount):
            return redirect("/sandbox/bank/")
    except WorldDown:
        return down(request, "/sandbox/bank/")
    return _bank(request, refused=True, wrong=payment, typed=typed)


def _bank(request: HttpRequest, *, refused: bool = False, wrong: str = "", typed: str = "") -> HttpResponse:
    try:
        entries = outer.read("bank")["entries"]
    except WorldDown:
        return down(request, "/sandbox/bank/")
    context = {
        "entries": bank_entries(entries),
        "payments": refundable(entries),
        "cards": CARDS,
        "code": THREE_D_SECURE_CODE,
        "refused": refused,
        "wrong": wrong,
        "typed": typed,
        "troubles": TROUBLES,
    }
    return _show(request, "bank", "/sandbox/bank/", context, status=422 if refused else 200)


@require_safe
def phone_json(request: HttpRequest) -> HttpResponse:
    """``/sandbox/phone.json?to=+79…``: the messages of one phone, oldest first."""
    return _forward("sms", _to(request))


@require_safe
def messenger_json(request: HttpRequest) -> HttpResponse:
    """``/sandbox/messenger.json?to=NAME``: one person's dialogue, oldest first."""
    return _forward("max", _who(request.GET.get("to", "")))


@require_safe
def mail_json(request: HttpRequest) -> HttpResponse:
    """``/sandbox/mail.json?to=…``: the letters of one mailbox, oldest first."""
    return _forward("mail", _to(request))


@require_safe
def town_json(request: HttpRequest) -> HttpResponse:
    """``/sandbox/town.json``: ready sign-ins, free pairs, bank cards and what they do."""
    return _json(_town() | {"cards": _cards()})


def _forward(page: str, to: str) -> HttpResponse:
    try:
        return _json(dict(outer.read(page, to=to)))
    except WorldDown:
        return _json({"error": "the outer world does not answer", "messages": []}, status=503)


def _json(value: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return JsonResponse(value, status=status, json_dumps_params={"ensure_ascii": False, "indent": 1})


def _town() -> dict[str, Any]:
    now: datetime = timezone.now()
    return town.summary(today=timezone.localdate(now), now=now)


def _cards() -> list[dict[str, str]]:
    return [
        {"number": card.number, "title": card.title, "does": card.behaviour.value, "reason": card.reason}
        for card in CARDS
    ]
