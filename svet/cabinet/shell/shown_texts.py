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
    """What a form carries along: the versions in force at this moment. Read before the texts are."""
    return queries.texts_mark(queries.texts_in_force(today=timezone.localdate(now_of(request))))


def texts_shown(request: HttpRequest) -> dict[str, int]:
    """The versions that a form was shown with, which are in force; one that carries no mark is of today.

    They are what is agreed to, also where another one comes into force before that is written down.
    :raises RegistrationRefused: others are in force by now
    """
    versions = queries.texts_in_force(today=timezone.localdate(now_of(request)))
    mark = queries.texts_mark(versions)
    if request.POST.get("texts", mark) != mark:
        raise RegistrationRefused(RegistrationReason.NEWER_TEXT, field="agreed")
    return versions


def said_of(refused: RegistrationRefused) -> str:
    """The sentence of such a refusal, where a page has no field for it."""
    return explain(refused)
