"""Registration, recovery and keys for programs: no cookies, the flow's ``id`` binds the steps together."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from svet.api.resources.accounts import note_stranger
from svet.api.shell.idempotency import key_of, once
from svet.api.shell.identity import AUTH, Caller, allowed, proof_of_work_of, stranger
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import (
    CodeIn,
    NewPasswordIn,
    PasswordTokenIn,
    PersonOut,
    PhoneIn,
    ProblemOut,
    RegistrationIn,
    StartedOut,
    TokenListed,
    TokenOut,
)
from svet.kernel.actors import Actor
from svet.limits.rules import Purpose
from svet.metering.queries.keys import key_bounds
from svet.people import operations as people
from svet.people import queries
from svet.people.queries import PersonView, TokenView, factors
from svet.people.rules import KeyBound, Scope
from svet.people.rules.names import ProfileReason, ProfileRefused

router = Router(tags=["Entrance"])
FAILS = {400: ProblemOut, 409: ProblemOut, 422: ProblemOut, 428: ProblemOut, 429: ProblemOut}
EVERYTHING = [scope.value for scope in Scope]


def _session_key(flow: str) -> str:
    """The flow's id as the codes are bound to it: only who holds the id can go on."""
    return "api:" + hashlib.sha256(flow.encode()).hexdigest()[:59]


@router.post("/registrations", response={202: StartedOut, **FAILS}, summary="Ask for a registration code")
def register(request: HttpRequest, payload: RegistrationIn) -> Status[Any]:
    """Send a code to the phone; a phone that already has a cabinet gets the same answer."""
    now = timezone.now()
    actor = stranger(request, now)

    def act(key: str) -> tuple[int, dict[str, Any]]:
        flow = secrets.token_urlsafe(24)
        code = people.start_registration(
            phone=payload.phone,
            password=payload.password,
            agreed=payload.agreed,
            consented=payload.consented,
            session_key=_session_key(flow),
            address=actor.address,
            now=now,
            work=proof_of_work_of(request, Purpose.REGISTRATION),
        )
        return 202, {"id": flow, "expires_at": code.expires_at.isoformat()}

    return once(request, actor=actor, now=now, act=act)


@router.post(
    "/registrations/{flow}/confirm", response={201: TokenOut, **FAILS}, summary="Open the cabinet by the code"
)
def confirm_registration(request: HttpRequest, flow: str, payload: CodeIn) -> Status[Any]:
    """Open the cabinet and give a token with every scope; a code is good once.

    Where everybody needs a second step it opens, and a token waits until one is connected on the site: 422
    ``second_step_needed``.
    """
    now = timezone.now()
    actor = stranger(request, now)
    key_of(request)
    person = people.confirm_registration(
        session_key=_session_key(flow),
        code=payload.code,
        address=actor.address,
        now=now,
        work=proof_of_work_of(request, Purpose.CODE),
    )
    people.check_api_step(person_id=person.person_id, code="", address=actor.address, now=now)
    return Status(201, _token(person, "API", EVERYTHING, now=now, address=actor.address))


@router.post("/recoveries", response={202: StartedOut, **FAILS}, summary="Ask for a recovery code")
def recover(request: HttpRequest, payload: PhoneIn) -> Status[Any]:
    """Send a code if the phone has a cabinet; the answer is the same if it has none."""
    now = timezone.now()
    actor = stranger(request, now)

    def act(key: str) -> tuple[int, dict[str, Any]]:
        flow = secrets.token_urlsafe(24)
        code = people.start_recovery(
            phone=payload.phone,
            session_key=_session_key(flow),
            address=actor.address,
            now=now,
            work=proof_of_work_of(request, Purpose.RECOVERY),
        )
        return 202, {"id": flow, "expires_at": code.expires_at.isoformat()}

    return once(request, actor=actor, now=now, act=act)


@router.post("/recoveries/{flow}/confirm", response={204: None, **FAILS}, summary="Spend the recovery code")
def confirm_recovery(request: HttpRequest, flow: str, payload: CodeIn) -> Status[None]:
    """For a quarter of an hour after it the flow may set a new password."""
    now = timezone.now()
    actor = stranger(request, now)
    key_of(request)
    people.confirm_recovery(
        session_key=_session_key(flow),
        code=payload.code,
        address=actor.address,
        now=now,
        work=proof_of_work_of(request, Purpose.CODE),
    )
    return Status(204, None)


@router.post("/recoveries/{flow}/password", response={204: None, **FAILS}, summary="Set the new password")
def finish_recovery(request: HttpRequest, flow: str, payload: NewPasswordIn) -> Status[None]:
    """Set the password; every session and every token of the person ends."""
    now = timezone.now()
    actor = stranger(request, now)
    key_of(request)
    people.finish_recovery(
        session_key=_session_key(flow), new_password=payload.password, address=actor.address, now=now
    )
    return Status(204, None)


@router.post("/tokens", response={201: TokenOut, **FAILS}, summary="Make a token by phone and password")
def make_token(request: HttpRequest, payload: PasswordTokenIn) -> Status[Any]:
    """Make a personal token with the scopes asked for; its secret is shown once and never kept.

    With ``account_ids`` or ``meter_ids`` it opens nothing else: 404 for what is not the person's, 403
    ``key_bound`` later for operations of the whole cabinet. A token of accounts may hold ``accounts:read``,
    ``readings:read``, ``readings:write``, ``bills:read``, one of meters the two of readings. 422
    ``no_bounds`` for lists that are given and hold nothing: only without them it opens the whole cabinet.
    """
    now = timezone.now()
    actor = stranger(request, now)
    key_of(request)
    person = people.sign_in(
        phone=payload.phone,
        password=payload.password,
        address=actor.address,
        now=now,
        work=proof_of_work_of(request, Purpose.SIGN_IN),
    )
    people.check_api_step(
        person_id=person.person_id, code=payload.second_factor, address=actor.address, now=now
    )
    return Status(
        201,
        _token(
            person,
            payload.name,
            payload.scopes,
            now=now,
            address=actor.address,
            expires_in_days=payload.expires_in_days,
            bounds=_asked_bounds(person, payload),
        ),
    )


@router.get("/tokens", auth=AUTH, response={200: list[TokenListed]}, summary="My tokens")
def tokens(request: HttpRequest) -> list[dict[str, Any]]:
    """The caller's tokens that were not revoked, without their secrets; expired ones for a month."""
    caller = allowed(request, Scope.ACCOUNTS_READ)
    now = timezone.now()
    return [
        {
            "id": token.public_id,
            "name": token.name,
            "scopes": token.scopes,
            "hint": token.hint,
            "created_at": token.created_at,
            "expires_at": token.expires_at,
            "expired": token.expires_at <= now,
            "last_used_at": token.last_used_at,
            **_bounds(token),
        }
        for token in queries.tokens(person_id=caller.person.person_id)
    ]


@router.delete(
    "/tokens/{token_id}", auth=AUTH, response={204: None, 404: ProblemOut}, summary="Revoke a token"
)
def revoke(request: HttpRequest, token_id: str) -> Status[None]:
    """Revoke one of the caller's tokens; the answer to a stranger's is 404.

    A token may always revoke itself; another one only with ``tokens:write``.
    """
    itself: Caller = request.auth  # type: ignore[attr-defined]
    own = itself.token == token_id
    caller = allowed(request, None if own else Scope.TOKENS_WRITE, narrows=own)
    if not any(token.public_id == token_id for token in queries.tokens(person_id=caller.person.person_id)):
        note_stranger(caller, "api.token_not_found", token_id)
        raise not_found()
    people.revoke_token(
        person_id=caller.person.person_id,
        token_public_id=token_id,
        now=timezone.now(),
        address=caller.actor.address,
    )
    return Status(204, None)


@router.get("/me", auth=AUTH, response={200: PersonOut}, summary="Who I am")
def me(request: HttpRequest) -> dict[str, Any]:
    """The caller's own profile."""
    person = allowed(request, Scope.ACCOUNTS_READ).person
    return {
        "id": person.public_id,
        "phone": person.phone,
        "first_name": person.first_name,
        "patronymic": person.patronymic,
        "last_name": person.last_name,
        "email": person.email,
        "email_confirmed": person.email_confirmed_at is not None,
        "second_factor": factors.second_factor(person_id=person.person_id).on,
    }


def _token(
    person: PersonView,
    name: str,
    scopes: list[str],
    *,
    now: datetime,
    address: str,
    expires_in_days: int | None = None,
    bounds: frozenset[KeyBound] | None = None,
) -> dict[str, Any]:
    token, secret = people.issue_token(
        person_id=person.person_id,
        name=name,
        scopes=scopes,
        expires_in_days=expires_in_days,
        bounds=bounds,
        now=now,
        address=address,
    )
    return {
        "id": token.public_id,
        "name": token.name,
        "scopes": token.scopes,
        "expires_at": token.expires_at,
        "secret": secret,
        **_bounds(token),
    }


def _asked_bounds(person: PersonView, payload: PasswordTokenIn) -> frozenset[KeyBound] | None:
    """What the key is bound to; None, the whole cabinet, only where neither list is given.

    A list that a program computed and found empty is a mistake of the program, not a wish for everything.
    """
    lists = {"account_ids": payload.account_ids, "meter_ids": payload.meter_ids}
    given = [name for name, ids in lists.items() if ids is not None]
    if given and not any(lists.values()):
        raise ProfileRefused(ProfileReason.NO_BOUNDS, field=given[0])
    return key_bounds(
        Actor.person(person.person_id),
        account_public_ids=payload.account_ids or (),
        meter_public_ids=payload.meter_ids or (),
    )


def _bounds(token: TokenView) -> dict[str, Any]:
    """What a key is bound to; null and null: the whole cabinet."""
    if token.bounds is None:
        return {"account_ids": None, "meter_ids": None}
    return {
        "account_ids": [bound.account for bound in token.bounds if not bound.meter],
        "meter_ids": [bound.meter for bound in token.bounds if bound.meter],
    }
