"""Every place a room names is a page of the cabinet: it opens for its owner and for nobody else."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.test import Client

from svet.cabinet.shell.places import MARKS, PAGES
from svet.kernel.places import Place, path_of
from svet.notices.rules import registry
from tests.authorisation.policy import Who
from tests.authorisation.world import World, build

#: Places that no event leads to, and who names them.
NAMED_ELSEWHERE = {
    "account-readings": "svet.today: somebody close whose readings may be sent for them",
    "bills": "svet.today: several new bills at once",
    "check-code": "svet.bills: the code on a certificate leads to its check",
    "bell": "svet.notices: where a touch of a notice without a page of its own leads",
    "payment-binding": "svet.payments: where the bank leads back to when an account was bound",
    "help": "svet.site: a hotline without a number",
}
#: A place of somebody's thing → the id of Anna's in the world of the authorisation tests.
IDS = {
    "account": "account_id",
    "account-readings": "account_id",
    "account-same": "account_id",
    "appeal": "appeal_id",
    "autopay-skip": "skip_key",
    "bill": "bill_id",
    "check-code": "certificate_code",
    "household": "account_id",
    "invitation": "invitation_id",
    "payment-binding": "binding_id",
    "payment-order": "order_id",
    "reading-receipt": "set_id",
    "token": "token_id",
    "webhook": "webhook_id",
    "usage": "account_id",
}
#: Places of whom the thing belongs to when that is not Anna.
OWNERS = {"invitation": Who.GALINA}
#: Places that are there for whoever has the paper, or the message, in hand.
PUBLIC = {"autopay-skip", "check-code"}


def named() -> set[str]:
    """Every place that rooms name."""
    return {name for event in registry.declared() for name in event.places} | set(NAMED_ELSEWHERE)


def place_of(name: str, world: World) -> Place:
    return Place(name, (world.ids[IDS[name]],) if name in IDS else ())


def test_the_cabinet_knows_every_place_and_no_other() -> None:
    assert named() == set(PAGES) | set(MARKS)
    assert {name for name, (_page, ids) in PAGES.items() if ids} | set(MARKS) == set(IDS)


@pytest.mark.django_db
def test_every_place_opens_for_its_owner_and_for_nobody_else() -> None:
    world = build()
    for name in sorted(named()):
        address = urlsplit(path_of(place_of(name, world)))
        shown = world.browser(OWNERS.get(name, Who.ANNA)).get(address.path)
        assert shown.status_code == 200, name
        if address.fragment:
            assert f'id="{address.fragment}"' in shown.content.decode(), name
        if name in IDS and name not in PUBLIC:
            strange = world.browser(Who.VERA).get(address.path)
            # A thing on a page of one's own is missing there; a page of somebody else's does not exist.
            assert strange.status_code == 404 or (
                address.fragment and address.fragment not in strange.content.decode()
            ), name
        assert Client().get(address.path).status_code in (200, 302), name


def test_a_place_that_is_none_is_an_error_and_not_a_broken_link() -> None:
    for place in (Place("nowhere"), Place("bill"), Place("readings", ("abc",)), Place("token")):
        with pytest.raises(LookupError):
            path_of(place)
