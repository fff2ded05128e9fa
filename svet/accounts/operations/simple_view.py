"""«Простой вид»: turned on by the person for one of their accounts, or for them by somebody close."""

from __future__ import annotations

from datetime import datetime

from svet.accounts import events
from svet.accounts.queries.guard import AccountNotFound, AccountReason, live_links
from svet.accounts.queries.simple_view import close_links
from svet.accounts.rules.refusals import SimpleReason
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.refusals import Refused
from svet.kernel.transactions import use_case
from svet.notices import operations as notices
from svet.people import operations as people
from svet.people import queries as people_queries


class SimpleRefused(Refused):
    """The simple view cannot be turned on so."""


def turn_on_simple_view(*, by: Actor, account_public_id: str, now: datetime) -> None:
    """Show this account of one's own by two buttons.

    :raises AccountNotFound: not in the actor's cabinet
    :raises SimpleRefused: the actor may neither send readings nor pay there
    """
    with use_case():
        link = live_links(person_id=by.person_id).filter(can_view=True)
        own = link.filter(account__public_id=account_public_id).first()
        if own is None:
            raise AccountNotFound(AccountReason.NOT_FOUND)
        if not (own.can_submit or own.can_pay):
            raise SimpleRefused(SimpleReason.NO_RIGHT, field="account")
        people.choose_simple_view(by=by, account_public_id=account_public_id, now=now)


def turn_off_simple_view(*, by: Actor, now: datetime) -> None:
    """Back to the usual cabinet, by the person's own word; twice is the same as once."""
    with use_case():
        people.choose_simple_view(by=by, account_public_id="", now=now)


def keep_simple_view(*, by: Actor, now: datetime) -> None:
    """The person agrees to what somebody close has turned on; without it nothing is kept."""
    with use_case():
        shown = people_queries.person(by.person_id or 0).simple_account
        if shown:
            people.choose_simple_view(by=by, account_public_id=shown, now=now)


def turn_on_simple_view_for(*, by: Actor, account_public_id: str, link_public_id: str, now: datetime) -> None:
    """Turn it on for somebody with whom the actor shares the account by an invitation, and tell them.

    Both may do something for the account, and one of them has let the other in. Who has decided for
    themselves is left alone for good.

    :raises AccountNotFound: not in the actor's cabinet
    :raises SimpleRefused: not somebody close, or they have decided themselves
    """
    with use_case():
        chosen = next(
            (
                link
                for link in close_links(by, account_public_id=account_public_id)
                if link.public_id == link_public_id
            ),
            None,
        )
        if chosen is None:
            raise SimpleRefused(SimpleReason.NOT_CLOSE, field="link")
        done = people.offer_simple_view(
            person_id=chosen.person_id, by=by, account_public_id=account_public_id, now=now
        )
        if not done:
            raise SimpleRefused(SimpleReason.DECIDED, field="link")
        notices.notify(
            recipient_id=people_queries.recipient_of(chosen.person_id),
            event=events.SIMPLE_VIEW_ON,
            params={"account": chosen.account.number},
            place=Place("simple"),
            now=now,
        )
