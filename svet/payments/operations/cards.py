"""Bound cards: kept by the bank, named by the person, never typed to us."""

from __future__ import annotations

from datetime import datetime

from procrastinate.contrib.django import app

from svet.gateways.acquiring.port import StoredCard
from svet.gateways.failures import Temporary
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound, Refused
from svet.kernel.transactions import require_transaction, use_case
from svet.payments.models import BoundCard, Order, Shop
from svet.payments.operations.shops import abilities_of, bank_of
from svet.payments.queries.cards import CardView, card_view
from svet.payments.rules import CARD_NAME_LONGEST
from svet.payments.rules.bindings import SBP_SYSTEM, MeansKind
from svet.payments.rules.refusals import CardReason
from svet.people import queries as people
from svet.people.operations.sealing import opened, sealed

#: The job that lets a bank forget a card.
FORGET_CARD = "payments.forget_card"
#: The job that learns in which bank an account of СБП is.
NAME_ACCOUNT = "payments.name_account"


class CardNotFound(NotFound):
    """No such card, or somebody else's, or one that was unbound."""


class CardRefused(Refused):
    """A bound card cannot be used or named like that."""


def usable_card(*, person_id: int, public_id: str, now: datetime) -> CardView:
    """The person's own bound card for paying, as they see it. :raises: as :func:`card_to_charge`"""
    return card_view(card_to_charge(person_id=person_id, public_id=public_id, now=now))


def card_to_charge(*, person_id: int, public_id: str, now: datetime) -> BoundCard:
    """The row of a person's own bound card, for the order that will charge it.

    For a day after a password was recovered by nothing but an SMS bound cards rest: whoever stole a SIM card
    must not empty a bank card as well.

    :raises CardNotFound: absent, unbound or somebody else's
    :raises CardRefused: the pause after a recovery
    """
    card = _own(person_id, public_id)
    if people.recovered_recently(person_id, now=now):
        raise CardRefused(CardReason.PAUSED, field="card")
    return card


def name_card(*, by: Actor, card_public_id: str, name: str, now: datetime) -> None:
    """Give a bound card the person's own name, at most 40 characters; an empty one takes it away.

    :raises CardNotFound: absent or somebody else's
    :raises CardRefused: the name is too long
    """
    text = " ".join(name.replace("\0", "").split())
    if len(text) > CARD_NAME_LONGEST:
        raise CardRefused(CardReason.NAME_TOO_LONG, field="name", details={"max": CARD_NAME_LONGEST})
    with use_case():
        card = _own(by.person_id or 0, card_public_id, lock=True)
        before, card.name = card.name, text
        card.save(update_fields=["name"])
        _record(by, "payments.card.name", card, now, before=_named(card, before), after=_named(card, text))


def unbind_card(*, by: Actor, card_public_id: str, now: datetime) -> None:
    """Forget a card: we throw its name away, and it is charged no more.

    A bank that can forget cards is told by a job; until then the name stands in it under the person's key.

    :raises CardNotFound: absent or somebody else's
    """
    with use_case():
        card = _own(by.person_id or 0, card_public_id, lock=True)
        if abilities_of(card.shop).forgets_cards:
            name = sealed({"card": card.reference}, person_id=card.person_id)
            app.configure_task(FORGET_CARD).defer(person_id=card.person_id, shop_id=card.shop_id, name=name)
        _forget(card, by=by, now=now, reason="")


def tell_to_forget(*, person_id: int, shop_id: int | None, name: dict[str, str]) -> None:
    """Let the bank forget an unbound card; of a deleted cabinet nobody knows its name any more.

    :raises Temporary: the bank does not answer
    """
    known = opened(name, person_id=person_id)
    if known and "card" in known:
        shop = Shop.objects.get(pk=shop_id) if shop_id is not None else None
        bank_of(shop).forget_card(card=known["card"])


def keep_card(order: Order, kept: StoredCard, *, by: Actor, now: datetime) -> BoundCard:
    """Bind the card of a paid order whose payer asked for it (a step of settling).

    The same card bound again takes the place of the old row, with its name.
    """
    require_transaction()
    same = BoundCard.objects.filter(
        person_id=order.person_id,
        shop=order.shop,
        system=kept.system,
        last4=kept.last4,
        expires=kept.expires,
        unbound_at__isnull=True,
    ).first()
    if same is not None:
        if same.reference != kept.reference:
            same.reference = kept.reference
            same.save(update_fields=["reference"])
        return same
    card = BoundCard.objects.create(
        person_id=order.person_id,
        shop_id=order.shop_id,
        reference=kept.reference,
        system=kept.system,
        last4=kept.last4,
        expires=kept.expires,
        bound_at=now,
    )
    _record(by, "payments.card.bind", card, now, after={"card": str(card), "order": order.number})
    return card


def keep_account(
    *, person_id: int, shop: Shop | None, reference: str, bank_code: str, bank: str, now: datetime
) -> BoundCard:
    """Keep an account of СБП that the bank has bound (a step); a person has one at a shop.

    The same bank's takes the place of the older with its name. That of another bank, or of one that is not
    told, is another account: the older one is unbound, and whatever was agreed about it ends. ``bank_code``
    is its number at НСПК, ``bank`` its name; where only the number is known the name is asked for later.
    """
    require_transaction()
    by = Actor(Actor.system("payments.binding").kind, person_id, name="payments.binding")
    bound = BoundCard.objects.select_for_update().filter(
        person_id=person_id, shop=shop, kind=MeansKind.SBP, unbound_at__isnull=True
    )
    older = bound.first()
    if older is not None and bank_code and older.bank_id == bank_code:
        older.reference, older.bank = reference, bank or older.bank
        older.save(update_fields=["reference", "bank"])
        return older
    if older is not None:
        _forget(older, by=by, now=now, reason="another account was bound")
    card = BoundCard.objects.create(
        person_id=person_id,
        shop=shop,
        kind=MeansKind.SBP,
        reference=reference,
        system=SBP_SYSTEM,
        bank=bank,
        bank_id=bank_code,
        bound_at=now,
    )
    _record(by, "payments.card.bind", card, now, after={"card": str(card)})
    if bank_code and not bank:
        app.configure_task(NAME_ACCOUNT).defer(card_id=card.pk)
    return card


def name_account(*, card_id: int) -> None:
    """Ask the bank for the name of an account's bank that was not to be had when the account was bound.

    :raises Temporary: it is not to be had now either
    """
    card = BoundCard.objects.select_related("shop").get(pk=card_id)
    if not card.reference or card.bank:
        return
    told = bank_of(card.shop).bound_sbp(reference=card.reference)
    if told.bank_id != card.bank_id or not told.bank:
        raise Temporary("the bank does not name it", code="no_name")
    BoundCard.objects.filter(pk=card_id, reference=card.reference).update(bank=told.bank)


def bring_card(
    *, person_id: int, reference: str, system: str, last4: str, expires: str, by: Actor, now: datetime
) -> str:
    """Enter a card that the bank of ``SVET_ACQUIRING_URL`` keeps already, by its name there. Its outer id."""
    with use_case():
        card = BoundCard.objects.create(
            person_id=person_id,
            reference=reference,
            system=system,
            last4=last4,
            expires=expires,
            bound_at=now,
        )
        _record(by, "payments.card.bind", card, now, after={"card": str(card)})
    return card.public_id


def drop_revoked(order: Order, *, by: Actor, now: datetime) -> None:
    """The bank says the card may not be charged any more: forget it (a step of settling).

    Bound anew since the order was made, it has another leave, which nobody took back.
    """
    require_transaction()
    bound = BoundCard.objects.select_for_update().filter(pk=order.card_id or 0, unbound_at__isnull=True)
    card = bound.first()
    if card is not None and card.reference == order.card_reference:
        _forget(card, by=by, now=now, reason="the bank revoked it")


def _own(person_id: int, public_id: str, *, lock: bool = False) -> BoundCard:
    rows = BoundCard.objects.filter(person_id=person_id, unbound_at__isnull=True)
    if lock:
        rows = rows.select_for_update()
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise CardNotFound(CardReason.NOT_FOUND, field="card")
    return found


def _forget(card: BoundCard, *, by: Actor, now: datetime, reason: str) -> None:
    card.unbound_at, card.reference = now, ""
    card.save(update_fields=["unbound_at", "reference"])
    _record(by, "payments.card.unbind", card, now, reason=reason)


def _record(
    by: Actor,
    action: str,
    card: BoundCard,
    now: datetime,
    *,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
    reason: str = "",
) -> None:
    journal.record(
        by=by,
        action=action,
        subject="bound_card",
        subject_id=card.public_id,
        now=now,
        before=before,
        after=after,
        reason=reason,
    )


def _named(card: BoundCard, name: str) -> dict[str, str]:
    """The name as the journal may keep it: people call cards by people's names."""
    return sealed({"name": name}, person_id=card.person_id)
