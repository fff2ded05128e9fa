"""A member of the staff looks at a cabinet as its customer sees it: who began, why, and that it is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from svet.accounts import events, queries
from svet.accounts.models import Link
from svet.accounts.queries import AccountNotFound, AccountReason
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.places import Place
from svet.kernel.transactions import use_case
from svet.limits.operations import spend
from svet.limits.rules import LimitName
from svet.notices import operations as notices
from svet.people.queries import person, recipient_of, session_seals
from svet.staffing.rules import checked_reason


@dataclass(frozen=True, slots=True)
class BegunView:
    """Whose cabinet is looked at, and the account from whose page."""

    person_id: int
    account_public_id: str


def begin_customer_view(*, by: Actor, link_public_id: str, reason: str, now: datetime) -> BegunView:
    """Write down that a member looks at the cabinet that holds an account by this link, and why.

    Every account of the cabinet can be seen then, so each counts as opened by the member. The customer is
    told under the bell (docs/adr/0213): several looks before it is read are one line of it.

    :raises AccountNotFound: no link that stands, or a cabinet that nobody can sign in to
    :raises StaffRefused: no reason
    :raises LimitReached: the member has opened too many within the hour
    """
    words = checked_reason(reason)
    spend(limit=LimitName.LOOKS_PER_MEMBER, key=str(by.person_id), now=now)
    with use_case():
        link = Link.objects.standing().select_related("account").filter(public_id=link_public_id).first()
        if link is None or not session_seals(link.person_id):
            raise AccountNotFound(AccountReason.NOT_FOUND)
        customer = Actor.person(link.person_id)
        for account_id, public_id in queries.visible_ids(customer).values_list("pk", "public_id"):
            journal.record_security(
                by=by,
                action="account.viewed",
                subject="account",
                subject_id=public_id,
                account_id=account_id,
                details={"eyes": "customer"},
                reason=words,
                now=now,
            )
        _note(by, "cabinet.viewed", person_id=link.person_id, now=now, reason=words)
        notices.notify(
            recipient_id=recipient_of(link.person_id),
            event=events.CABINET_SEEN,
            params={},
            place=Place("own-data"),
            now=now,
            renews=True,
        )
    return BegunView(person_id=link.person_id, account_public_id=link.account.public_id)


def end_customer_view(*, by: Actor, person_id: int, now: datetime) -> None:
    """Write down that the member has ended the look before its time."""
    with use_case():
        _note(by, "cabinet.view_ended", person_id=person_id, now=now)


def _note(by: Actor, action: str, *, person_id: int, now: datetime, reason: str = "") -> None:
    journal.record_security(
        by=by,
        action=action,
        subject="person",
        subject_id=person(person_id).public_id,
        reason=reason,
        now=now,
    )
