"""The people one signs in as: registered at the desk, with their accounts attached as they would do it."""

from __future__ import annotations

from datetime import datetime

from svet.accounts.operations.delivery import set_delivery
from svet.accounts.operations.groups import create_group
from svet.accounts.operations.linking import link_account
from svet.accounts.queries import AccountView, accounts_by_number, link_proofs
from svet.accounts.rules import BillDelivery
from svet.autopay import operations as autopay
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.payments.operations.cards import bring_card
from svet.people import queries as people
from svet.people.operations.registration import register_directly
from svet.sandbox.town.providers import BUILDER
from svet.sandbox.town.rules.cast import RESIDENTS, Resident
from svet.sandbox.town.rules.plan import MAIN, SECOND, account_number
from svet.sandbox.world.cards import KEPT_BEFORE, KEPT_NUMBER


def settle_in(*, now: datetime) -> None:
    """Give every resident a cabinet with accounts; those who already have one are left as they are."""
    for resident in RESIDENTS:
        if people.person_by_phone(resident.phone) is None:
            _settle(resident, now=now)


def _settle(resident: Resident, *, now: datetime) -> None:
    person = register_directly(
        phone=resident.phone,
        password=resident.password,
        first_name=resident.first_name,
        patronymic=resident.patronymic,
        last_name=resident.last_name,
        email=resident.email,
        now=now,
        by=BUILDER,
    )
    actor = Actor.person(person.person_id)
    for second, accounts in ((False, resident.accounts), (True, resident.elsewhere)):
        for name, indexes in accounts.items():
            group = create_group(by=actor, name=name).public_id if name else None
            for index in indexes:
                _attach(actor, index, group_public_id=group, now=now, second=second)
    if resident.autopays:
        _let_pay_itself(actor, resident.autopays, now=now)
    if resident.email:
        _ask_for_mail(actor, next(iter(resident.accounts.values()))[0], now=now)


def _account(index: int, *, second: bool = False) -> AccountView:
    provider = SECOND if second else MAIN
    known = accounts_by_number(account_number(index, second=second))
    return next(one for one in known if one.provider.code == provider)


def _attach(actor: Actor, index: int, *, group_public_id: str | None, now: datetime, second: bool) -> None:
    account = _account(index, second=second)
    link_account(
        by=actor,
        account_number=account.number,
        meter_number=link_proofs(account.account_id)[0],
        group_public_id=group_public_id,
        now=now,
    )


def _let_pay_itself(actor: Actor, index: int, *, now: datetime) -> None:
    """A card at the sandbox's bank, and autopay with it three days after each bill."""
    card = bring_card(
        person_id=actor.person_id or 0,
        reference=KEPT_BEFORE,
        system="Мир",
        last4=KEPT_NUMBER[-4:],
        expires="12/30",
        by=BUILDER,
        now=now,
    )
    wanted = autopay.OfferRequest(
        account=_account(index).public_id, card=card, ceiling=Money(5_000_00), days_after_bill=3
    )
    autopay.confirm(by=actor, public_id=autopay.offer(by=actor, wanted=wanted, now=now), now=now)


def _ask_for_mail(actor: Actor, index: int, *, now: datetime) -> None:
    set_delivery(by=actor, account_public_id=_account(index).public_id, delivery=BillDelivery.BOTH, now=now)
