"""Which texts a form of agreement was shown with: a consent is to what was read, whatever holds since."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from svet.look.requests import now_of
from svet.people import queries
from svet.people.operations.registration import RegistrationRefused
from svet.people.rules.entrance import RegistrationReason
from svet.people.texts import explain


def texts_mark(request: HttpRequest) -> str:
    """What a form carries along: the versions in force at this moment."""
    return queries.texts_mark(today=timezone.localdate(now_of(request)))


def newer_text(request: HttpRequest) -> RegistrationRefused | None:
    """The refusal of a form that was shown with other versions; one that carries none is of today."""
    mark = texts_mark(request)
    changed = request.method == "POST" and request.POST.get("texts", mark) != mark
    return RegistrationRefused(RegistrationReason.NEWER_TEXT, field="agreed") if changed else None


def said_of(refused: RegistrationRefused) -> str:
    """The sentence of such a refusal, where a page has no field for it."""
    return explain(refused)
