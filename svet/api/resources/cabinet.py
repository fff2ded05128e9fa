"""The caller's own order of the cabinet: groups, and each account's name, group, delivery and way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import Field, StrictBool, StrictStr

from svet.accounts import operations, queries
from svet.accounts.queries import GroupView
from svet.api.resources.accounts import note_stranger, one_account
from svet.api.resources.accounts import router as accounts_router
from svet.api.shell.idempotency import once
from svet.api.shell.identity import AUTH, Caller, allowed
from svet.api.shell.problems import not_found
from svet.api.shell.schemas import AccountOut, Body, ProblemOut, PublicId
from svet.api.shell.shapes import Shape
from svet.kernel.refusals import NotFound
from svet.people.rules import Scope

T = TypeVar("T")
router = Router(tags=["Cabinet"], auth=AUTH)
FAILS = {400: ProblemOut, 404: ProblemOut, 409: ProblemOut, 422: ProblemOut}
Name = Annotated[StrictStr, Field(max_length=20_000, examples=["Родители"])]


class GroupIn(Body):
    name: Name


class GroupChangeIn(Body):
    """What is absent stays; ``move`` is one place up or down the list."""

    name: Name | None = None
    folded: StrictBool | None = None
    move: Annotated[StrictStr, Field(pattern="^(up|down)$")] | None = None


class AccountChangeIn(Body):
    """What is absent stays; an empty ``alias`` shows the address again."""

    alias: Annotated[StrictStr, Field(max_length=20_000)] | None = None
    group_id: PublicId | None = None


class DeliveryIn(Body):
    delivery: Annotated[StrictStr, Field(max_length=20, examples=["email"], description="email, both, paper")]


class GroupOut(Shape):
    """``default`` takes the accounts of deleted groups; ``folded`` is kept for every page."""

    id: str
    name: str
    default: bool
    folded: bool
    account_ids: list[str]


@router.get("/groups", response={200: list[GroupOut]}, summary="My groups")
def groups(request: HttpRequest) -> list[dict[str, Any]]:
    """Every group in the person's order with the ids of its accounts."""
    caller = allowed(request, Scope.ACCOUNTS_READ)
    return [_view(group) for group in queries.cabinet(caller.person.person_id)]


@router.post("/groups", response={201: GroupOut, **FAILS}, summary="Make a group")
def make(request: HttpRequest, payload: GroupIn) -> Status[Any]:
    """A new group at the end of the list."""
    caller = allowed(request, Scope.CABINET_WRITE)

    def act(key: str) -> tuple[int, dict[str, Any]]:
        group = operations.create_group(by=caller.actor, name=payload.name)
        return 201, _group(caller, group.public_id)

    return once(request, actor=caller.actor, now=timezone.now(), act=act)


@router.post("/groups/{group_id}", response={200: GroupOut, **FAILS}, summary="Change a group")
def change(request: HttpRequest, group_id: str, payload: GroupChangeIn) -> Status[Any]:
    """Another name, another place, folded or open."""
    caller = allowed(request, Scope.CABINET_WRITE)
    _group(caller, group_id)

    def act(key: str) -> tuple[int, dict[str, Any]]:
        by = caller.actor
        if payload.name is not None:
            operations.rename_group(by=by, group_public_id=group_id, name=payload.name)
        if payload.folded is not None:
            operations.fold_group(by=by, group_public_id=group_id, folded=payload.folded)
        if payload.move is not None:
            operations.move_group(by=by, group_public_id=group_id, up=payload.move == "up")
        return 200, _group(caller, group_id)

    return once(request, actor=caller.actor, now=timezone.now(), act=act)


@router.delete("/groups/{group_id}", response={204: None, **FAILS}, summary="Delete a group")
def drop(request: HttpRequest, group_id: str) -> Status[None]:
    """Its accounts move to the default group, which itself stays."""
    caller = allowed(request, Scope.CABINET_WRITE)
    _group(caller, group_id)
    operations.delete_group(by=caller.actor, group_public_id=group_id)
    return Status(204, None)


# One path is one resource to the router: these stand beside the account that GET shows.
@accounts_router.post(
    "/accounts/{account_id}", response={200: AccountOut, **FAILS}, summary="Name or move an account"
)
def arrange(request: HttpRequest, account_id: str, payload: AccountChangeIn) -> Status[Any]:
    """The caller's own name for the account, and its group."""
    caller = allowed(request, Scope.CABINET_WRITE)
    one_account(caller, account_id)

    def act(key: str) -> tuple[int, dict[str, Any]]:
        _or_404(
            caller,
            payload.group_id or account_id,
            lambda: operations.arrange_account(
                by=caller.actor,
                account_public_id=account_id,
                alias=payload.alias,
                group_public_id=payload.group_id,
            ),
        )
        return 200, one_account(caller, account_id)

    return once(request, actor=caller.actor, now=timezone.now(), act=act)


@router.post(
    "/accounts/{account_id}/delivery", response={200: AccountOut, **FAILS}, summary="Choose delivery"
)
def deliver(request: HttpRequest, account_id: str, payload: DeliveryIn) -> Status[Any]:
    """How bills come; e-mail goes to the person's confirmed address, and needs the right to manage."""
    caller = allowed(request, Scope.CABINET_WRITE)
    one_account(caller, account_id)
    now = timezone.now()

    def act(key: str) -> tuple[int, dict[str, Any]]:
        operations.set_delivery(
            by=caller.actor, account_public_id=account_id, delivery=payload.delivery, now=now
        )
        return 200, one_account(caller, account_id)

    return once(request, actor=caller.actor, now=now, act=act)


@accounts_router.delete(
    "/accounts/{account_id}", response={204: None, 404: ProblemOut}, summary="Remove an account"
)
def remove(request: HttpRequest, account_id: str) -> Status[None]:
    """Take the account out of the cabinet; its history stays with the account."""
    caller = allowed(request, Scope.CABINET_WRITE)
    one_account(caller, account_id)
    operations.unlink(by=caller.actor, account_public_id=account_id, now=timezone.now())
    return Status(204, None)


def _group(caller: Caller, group_id: str) -> dict[str, Any]:
    for group in queries.cabinet(caller.person.person_id):
        if group.public_id == group_id:
            return _view(group)
    note_stranger(caller, "api.group_not_found", group_id)
    raise not_found()


def _view(group: GroupView) -> dict[str, Any]:
    return {
        "id": group.public_id,
        "name": group.name,
        "default": group.is_default,
        "folded": group.folded,
        "account_ids": [card.public_id for card in group.cards],
    }


def _or_404(caller: Caller, public_id: str, act: Callable[[], T]) -> T:
    try:
        return act()
    except NotFound:
        note_stranger(caller, "api.group_not_found", public_id)
        raise not_found() from None
