"""Who calls: a personal token with its scopes, or a signed-in browser with its CSRF token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.security import APIKeyCookie, HttpBearer

from svet.api.shell.addresses import client_address
from svet.api.shell.answers import note_spent
from svet.api.shell.problems import ApiProblem
from svet.kernel import words
from svet.kernel.actors import Actor
from svet.limits import operations as limits
from svet.limits.rules import LimitName, Purpose
from svet.limits.rules.work import LONGEST
from svet.look.formats import day
from svet.people import operations as people
from svet.people.queries import PersonView, factors, person_by_token, signed_in_person
from svet.people.rules import KeyBound, Scope
from svet.people.rules.factors import FactorReason, FactorRefused

#: Every parameter any of the addresses takes; another one is a mistake to be told, not to be passed over.
PARAMETERS = frozenset({"account_id", "since", "until", "operation", "before"}) | frozenset(
    {"months", "night_percent", "empty_month"}
    | {f"heater_{of}" for of in ("watts", "minutes", "night_percent", "cold")}
)


@dataclass(frozen=True, slots=True)
class Caller:
    """``scopes`` None is a signed-in person, who may do everything that is theirs; ``token`` a key's id.

    ``bounds`` are the accounts and meters a key is bound to; None: all that the person has.
    """

    person: PersonView
    actor: Actor
    scopes: frozenset[str] | None
    token: str = ""
    bounds: frozenset[KeyBound] | None = None

    def opens_account(self, account_id: str) -> bool:
        """Whether the key is for this account as a whole; whose it is says the guard."""
        return self.bounds is None or KeyBound(account_id) in self.bounds

    def touches_account(self, account_id: str) -> bool:
        """Whether the key is for this account or for any meter of it."""
        return self.bounds is None or any(bound.account == account_id for bound in self.bounds)

    def opens_meter(self, meter_id: str, *, account_id: str) -> bool:
        """Whether the key is for this meter, or for the whole account it stands on."""
        return self.opens_account(account_id) or KeyBound(account_id, meter_id) in (self.bounds or ())


class TokenAuth(HttpBearer):
    """``Authorization: Bearer svet_…``: a personal token made in the profile or by ``POST /tokens``."""

    openapi_name = "token"

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        """The token's holder, counted against the token's limit.

        :raises LimitReached: :raises Problem: the token has expired
        """
        holder = person_by_token(token)
        if holder is None:
            return None
        now = timezone.now()
        if holder.expires_at <= now:
            raise ApiProblem(
                401,
                "token_expired",
                _("Срок ключа закончился %(on)s. Создайте новый в профиле.") % {"on": day(holder.expires_at)},
                headers={"WWW-Authenticate": "Bearer"},
            )
        try:
            spent = limits.spend(limit=LimitName.API_PER_TOKEN, key=str(holder.token_id), now=now)
        except limits.LimitReached as refused:
            note_spent(request, limits.emptied(refused))
            raise
        note_spent(request, spent)
        people.touch_token(token_id=holder.token_id, now=now, last_used_at=holder.last_used_at)
        actor = Actor.person(holder.person.person_id, address=client_address(request))
        return Caller(holder.person, actor, holder.scopes, holder.token_public_id, holder.bounds)


class Session(APIKeyCookie):
    """The browser's own session; writes need the CSRF token in ``X-CSRFToken``."""

    param_name = "svet"
    openapi_name = "session"

    def __call__(self, request: HttpRequest) -> Any:
        """Nothing but a signed-in browser is asked for a CSRF token."""
        if signed_in_person(request.user) is None:
            return None
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        """The signed-in person. :raises Problem: they have to connect a second step first"""
        person = signed_in_person(request.user)
        if person is None:
            return None
        if factors.lacks_second_step(person_id=person.person_id):
            raise ApiProblem(
                403, FactorReason.NEEDED.value, words.explain(FactorRefused(FactorReason.NEEDED))
            )
        return Caller(person, Actor.person(person.person_id, address=client_address(request)), None)


AUTH = [TokenAuth(), Session()]


def allowed(request: HttpRequest, scope: Scope | None, *, narrows: bool = False) -> Caller:
    """The caller, if the token holds the scope (if one is needed) and the address asks for what is offered.

    A key bound to accounts or meters gets nothing but what ``narrows``: such an operation asks the caller of
    each account and meter it shows or changes. Whoever adds one and forgets it shuts such keys out.

    :raises Problem: 403, or 422 for an unknown or repeated parameter
    """
    caller: Caller = request.auth  # type: ignore[attr-defined]
    if scope is not None and caller.scopes is not None and scope.value not in caller.scopes:
        raise ApiProblem(403, "scope", _("У ключа нет права %(scope)s.") % {"scope": scope.value})
    if caller.bounds is not None and not narrows:
        title = _("Этот ключ только для выбранных лицевых счетов или приборов учёта: здесь он не действует.")
        raise ApiProblem(403, "key_bound", title)
    for name, values in request.GET.lists():
        if name not in PARAMETERS or len(values) > 1:
            code = "duplicate_parameter" if name in PARAMETERS else "unknown_field"
            raise ApiProblem(422, code, _("Проверьте это поле."), field=name[:40])
    return caller


def stranger(request: HttpRequest, now: datetime) -> Actor:
    """Somebody unknown, counted against their network. :raises WorkNeeded: it is busy"""
    address = client_address(request)
    limits.require(purpose=Purpose.API, address=address, work=proof_of_work_of(request, Purpose.API), now=now)
    return Actor.anonymous(address=address)


def proof_of_work_of(request: HttpRequest, purpose: Purpose) -> str:
    """The answered riddle of a purpose in the header ``Svet-Work`` (several by commas), or an empty text."""
    given = request.headers.get("Svet-Work", "")[: 4 * LONGEST].split(",")
    return next((one.strip() for one in given if one.strip().startswith(f"{purpose.value}.")), "")
