"""Binding an account of СБП without a payment: kept first, asked for by a job, bound when the bank says so.

No page asks the bank: it waits for the job. What a callback says is only a reason to ask (ADR 174).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import IntegrityError, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from svet.accounts.queries import visible_accounts
from svet.accounts.rules import Right
from svet.gateways.acquiring.port import BankBinding, BankState, BindingStatus
from svet.gateways.failures import UNREADABLE, GatewayFailure, Permanent, Temporary
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.ids import new_public_id
from svet.kernel.moving import move_row
from svet.kernel.places import Place, path_of
from svet.kernel.refusals import NotFound
from svet.kernel.transactions import require_transaction, use_case
from svet.limits import operations as limits
from svet.limits.rules import LimitName
from svet.payments.models import AccountBinding, Shop
from svet.payments.operations.cards import CardRefused, keep_account
from svet.payments.operations.shops import abilities_of, bank_of
from svet.payments.queries.shops import first_shops, shops_of, silent_shops
from svet.payments.rules.bindings import (
    BINDING_MOVES,
    GOING,
    NAMELESS,
    BindingState,
    binding_look,
    is_given_up,
)
from svet.payments.rules.errands import FIRST
from svet.payments.rules.refusals import CardReason

#: The job that asks the bank about one binding.
LOOK_AT_BINDING = "payments.look_at_binding"
log = structlog.get_logger(__name__)


class BindingNotFound(NotFound):
    """No such binding, or somebody else's; or the account is not the person's to pay for."""


def begin_binding(*, by: Actor, account: str, return_url_base: str, now: datetime) -> str:
    """Begin to bind an account of СБП at the shop that takes an account's payments. The binding's outer id.

    One that is going on at the same shop is gone on with. No money is taken, and no bank asked in here.

    :raises BindingNotFound: the account (an outer id) is not in the cabinet with the right to pay
    :raises CardRefused: the bank of its provider binds none
    :raises LimitReached: the person has begun too many today; what is going on counts once
    """
    found = visible_accounts(by, public_ids=[account], right=Right.PAY)
    if not found:
        raise BindingNotFound(CardReason.NO_ACCOUNT, field="account")
    provider_id = found[0].provider.provider_id
    shop, able = _binds(shops_of([provider_id])[provider_id])
    if not able:
        raise CardRefused(CardReason.NO_SBP, field="account")
    person_id = by.person_id or 0
    try:
        with use_case():
            going = _going(person_id, shop)
            if going is not None:
                wake_binding(binding_id=going.pk)
                return going.public_id
        limits.spend(limit=LimitName.BINDINGS_PER_PERSON, key=str(person_id), now=now)
        with use_case():
            return _keep(person_id, shop, by=by, base=return_url_base, now=now)
    except IntegrityError:
        # A second press at the same moment was first.
        with use_case():
            going = _going(person_id, shop)
            if going is None:
                raise
            return going.public_id


@dataclass(frozen=True, slots=True)
class BindingPlace:
    """Where an account can be bound: one shop, by an account whose payments it takes, and whom it pays."""

    account: str
    payees: tuple[str, ...]


def binding_places(accounts: Sequence[tuple[str, int, str]]) -> list[BindingPlace]:
    """Of these accounts (outer id, provider's key and name) one for each shop that binds."""
    found: dict[int | None, tuple[str, list[str]]] = {}
    shops = shops_of({provider_id for _, provider_id, _ in accounts})
    for account, provider_id, name in accounts:
        shop, able = _binds(shops[provider_id])
        if able:
            names = found.setdefault(shop.pk if shop else None, (account, []))[1]
            if name not in names:
                names.append(name)
    return [BindingPlace(account, tuple(names)) for account, names in found.values()]


def binds_sbp(providers: Collection[int]) -> bool:
    """Whether the bank of any of these providers (keys) binds accounts of СБП; reserves are not asked."""
    return any(_binds([shop])[1] for shop in first_shops(providers))


def _binds(shops: Sequence[Shop | None]) -> tuple[Shop | None, bool]:
    """The first of a provider's shops that binds accounts now, and whether there is one."""
    for shop in shops:
        on = shop is None or (shop.off_at is None and shop.keeps_cards)
        if on and abilities_of(shop).binds_sbp:
            return shop, True
    return None, False


def wake_binding(*, binding_id: int) -> None:
    """Enqueue a look at a binding (a step), in the caller's transaction; one waits at most."""
    require_transaction()
    # Its own savepoint: the one that waits already must not undo the caller's work.
    with suppress(AlreadyEnqueued), transaction.atomic():
        lock = f"payments.binding:{binding_id}"
        task = app.configure_task(LOOK_AT_BINDING, priority=FIRST, queueing_lock=lock)
        task.defer(binding_id=binding_id)


def look_at_binding(*, binding_id: int, now: datetime) -> None:
    """Ask the bank for the page, or where the binding stands; again, late, and twice at once is no harm.

    An answer that got lost is asked for with the same key: the bank makes no second binding. What the bank
    says is joined under the lock: one that is bound, or whose cabinet is deleted, stays as it is.

    :raises Temporary: the bank does not answer; nothing changed
    """
    binding = AccountBinding.objects.select_related("shop").get(pk=binding_id)
    if binding.state in NAMELESS:
        return
    if binding.state == BindingState.ENDED and not binding.reference:
        return
    bank = bank_of(binding.shop)
    if not binding.reference:
        if is_given_up(BindingState(binding.state), created_at=binding.created_at, now=now):
            _end(binding_id, now=now, note="the bank never answered")
            return
        asked = BankBinding(
            f"bind-{binding.public_id}", binding_id=binding.public_id, return_url=binding.return_url
        )
        try:
            page = bank.bind_sbp(binding=asked)
        except Permanent as refusal:
            log.error("payments.binding_refused", binding=binding.public_id, code=refusal.code)
            _end(binding_id, now=now, note=f"the bank refused: {refusal.code}")
            return
        _named(binding_id, reference=page.reference, url=page.url, now=now)
        if page.url:
            return
        binding.reference = page.reference
    try:
        status = bank.bound_sbp(reference=binding.reference)
    except Permanent as refusal:
        log.error("payments.binding_lost", binding=binding.public_id, code=refusal.code)
        _end(binding_id, now=now, note=f"the bank has no such binding: {refusal.code}")
        return
    _join(binding_id, status, now=now)


def look_at_due_bindings(*, now: datetime, limit: int = 100) -> int:
    """The janitor: look at the bindings whose time has come; says how many the banks were asked about.

    A bank that does not answer is asked about one of them in a run, one that is known to be silent about
    none: a hundred waits in turn would keep those of other banks from their look.
    """
    due = AccountBinding.objects.filter(next_look_at__lte=now).order_by("next_look_at", "pk")
    silent, looked = set(silent_shops()), 0
    for row in list(due[:limit]):
        following = binding_look(created_at=row.created_at, now=now)
        AccountBinding.objects.filter(pk=row.pk, next_look_at__lte=now).update(next_look_at=following)
        if row.shop_id not in silent:
            looked += 1
            try:
                look_at_binding(binding_id=row.pk, now=now)
                continue
            except GatewayFailure as failure:
                log.warning("payments.bank_unavailable", binding=row.public_id, code=failure.code)
                if failure.code not in UNREADABLE:
                    silent.add(row.shop_id)
        if is_given_up(BindingState(row.state), created_at=row.created_at, now=now):
            _end(row.pk, now=now, note="the bank does not answer")
    return looked


def _going(person_id: int, shop: Shop | None) -> AccountBinding | None:
    rows = AccountBinding.objects.select_for_update().filter(person_id=person_id, shop=shop)
    return rows.filter(state__in=sorted(GOING)).first()


def _keep(person_id: int, shop: Shop | None, *, by: Actor, base: str, now: datetime) -> str:
    public_id = new_public_id()
    with transaction.atomic():
        binding = AccountBinding.objects.create(
            public_id=public_id,
            person_id=person_id,
            shop=shop,
            return_url=base + path_of(Place("payment-binding", (public_id,))),
            created_at=now,
            next_look_at=binding_look(created_at=now, now=now),
        )
    journal.record(by=by, action="payments.binding.begun", subject="binding", subject_id=public_id, now=now)
    wake_binding(binding_id=binding.pk)
    return public_id


def _named(binding_id: int, *, reference: str, url: str, now: datetime) -> None:
    """The bank has a name and a page for it."""
    with use_case():
        binding = AccountBinding.objects.select_for_update().get(pk=binding_id)
        if binding.state == BindingState.ASKED:
            changes = {
                "reference": reference,
                "page_url": url,
                "next_look_at": binding_look(created_at=binding.created_at, now=now),
            }
            move_row(binding, moves=BINDING_MOVES, to=BindingState.WAITING, changes=changes)


def _join(binding_id: int, status: BindingStatus, *, now: datetime) -> None:
    """What the bank says, and what is known by now."""
    with use_case():
        whose = AccountBinding.objects.values_list("person_id", "shop_id").get(pk=binding_id)
        # All of theirs at the shop: two that end at once are bound one after the other.
        rows = AccountBinding.objects.select_for_update(of=("self",)).select_related("shop")
        theirs = list(rows.filter(person_id=whose[0], shop_id=whose[1]).order_by("pk"))
        binding = next(row for row in theirs if row.pk == binding_id)
        if binding.state in (*NAMELESS, BindingState.ASKED):
            return
        if status.binding_id != binding.public_id:
            log.error("payments.binding_of_another", binding=binding.public_id)
            raise Temporary("the bank names another binding", code="shape")
        if status.state is BankState.PAID:
            card = keep_account(
                person_id=binding.person_id,
                shop=binding.shop,
                reference=binding.reference,
                bank_code=status.bank_id,
                bank=status.bank,
                now=now,
            )
            changes = {"card": card, "reference": "", "page_url": "", "next_look_at": None, "ended_at": now}
            move_row(binding, moves=BINDING_MOVES, to=BindingState.BOUND, changes=changes)
            for row in theirs:
                # A late yes to an older page must not throw this account out.
                if row.pk < binding.pk and row.state == BindingState.ENDED:
                    withdraw_binding(row, now=now)
            return
        over = is_given_up(BindingState(binding.state), created_at=binding.created_at, now=now)
        if binding.state == BindingState.WAITING and (over or status.state is BankState.CANCELED):
            _move_to_end(binding, now=now)


def _end(binding_id: int, *, now: datetime, note: str) -> None:
    with use_case():
        binding = AccountBinding.objects.select_for_update().get(pk=binding_id)
        if binding.state in GOING:
            _move_to_end(binding, now=now)
            log.warning("payments.binding_ended", binding=binding.public_id, note=note)


def withdraw_binding(binding: AccountBinding, *, now: datetime) -> None:
    """Never bind it, whatever the bank says later (a step): its name at the bank is thrown away."""
    require_transaction()
    changes = {"reference": "", "page_url": "", "next_look_at": None, "ended_at": now}
    move_row(binding, moves=BINDING_MOVES, to=BindingState.WITHDRAWN, changes=changes)


def _move_to_end(binding: AccountBinding, *, now: datetime) -> None:
    changes = {"page_url": "", "next_look_at": None, "ended_at": now}
    move_row(binding, moves=BINDING_MOVES, to=BindingState.ENDED, changes=changes)
