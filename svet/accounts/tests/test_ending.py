"""The day after a guest's term: Anna owns the account, Boris was let in, Vera came by the two numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from svet.accounts import operations, queries
from svet.accounts.models import Account, Invitation, InvitationState, Link
from svet.accounts.queries import AccountNotFound, household
from svet.accounts.rules import Right
from svet.accounts.tests.factories import make_account, make_link
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.notices.models import Notice
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
NOW = timezone.now()
RIGHTS = [right.value for right in Right if right is not Right.VIEW]


@dataclass(frozen=True)
class Cast:
    anna: Person
    boris: Person
    account: Account

    def let_in(self, *rights: str) -> Link:
        """Boris, with these rights, until tomorrow."""
        invited = operations.invite(
            by=by(self.anna),
            account_public_id=self.account.public_id,
            phone=self.boris.phone,
            rights=rights,
            until=queries.provider_today(self.account.provider, NOW) + timedelta(days=1),
            now=NOW,
        )
        operations.accept_invitation(by=by(self.boris), invitation_public_id=invited, now=NOW)
        return Link.objects.kept().get(person=self.boris, account=self.account)

    def told(self, person: Person) -> list[str]:
        rows = Notice.objects.filter(recipient_id=person.recipient_id, event="access_changed")
        return [row.title for row in rows.order_by("pk")]


@pytest.fixture
def cast() -> Cast:
    anna, boris = make_person(email="anna@example.org"), make_person(email="boris@example.org")
    account = make_account(proofs=["115268446"])
    make_link(person=anna, account=account, confirmed=True)
    return Cast(anna, boris, account)


def by(person: Person) -> Actor:
    return Actor.person(person.pk)


def over(link: Link, *, at: datetime = NOW - timedelta(seconds=1)) -> None:
    Link.objects.filter(pk=link.pk).update(ends_at=at)


@pytest.mark.parametrize("right", ["", *RIGHTS])
def test_nothing_is_left_of_any_right_after_the_term(cast: Cast, right: str) -> None:
    link = cast.let_in(*filter(None, [right]))
    assert queries.visible_ids(by(cast.boris), right=Right(right or "view")).exists()
    over(link)
    for each in Right:
        assert not queries.visible_ids(by(cast.boris), right=each).exists()
    account_id, public_id = cast.account.pk, cast.account.public_id
    assert queries.people_of(account_id=account_id) == [cast.anna.pk]
    assert queries.recipients_of(account_id=account_id) == [cast.anna.recipient_id]
    assert not queries.is_confirmed(by(cast.boris), account_id=account_id)
    assert not queries.may_manage(by(cast.boris), account_id=account_id)
    assert [holder.own for holder in queries.holders(by(cast.boris), account_id=account_id)] == [False]
    with pytest.raises(AccountNotFound):
        operations.set_delivery(by=by(cast.boris), account_public_id=public_id, delivery="email", now=NOW)
    with pytest.raises(AccountNotFound):
        operations.set_alias(by=by(cast.boris), account_public_id=public_id, alias="Дача")
    with pytest.raises(AccountNotFound):
        operations.unlink(by=by(cast.boris), account_public_id=public_id, now=NOW)


@pytest.mark.parametrize("right", ["", *RIGHTS])
def test_a_guest_whose_term_is_over_closes_nobody_out(cast: Cast, right: str) -> None:
    link = cast.let_in(*filter(None, [right]))
    vera = make_person()
    theirs = make_link(person=vera, account=cast.account)
    Link.objects.filter(pk=theirs.pk).update(linked_at=NOW + timedelta(hours=1))
    over(link)
    with pytest.raises(AccountNotFound):
        operations.suspend_link(by=by(cast.boris), link_public_id=theirs.public_id, now=NOW)
    assert queries.visible_ids(by(vera)).exists()


@pytest.mark.parametrize("chose", [False, True])
def test_what_has_run_out_ends_once_and_everybody_concerned_is_told(cast: Cast, chose: bool) -> None:
    link = cast.let_in("manage")
    if chose:
        operations.set_delivery(
            by=by(cast.boris), account_public_id=cast.account.public_id, delivery="both", now=NOW
        )
    run_jobs(queue="housekeeping")
    assert operations.end_what_has_run_out(now=NOW) == 0
    end = NOW - timedelta(hours=3)
    over(link, at=end)
    assert operations.end_what_has_run_out(now=NOW) == 1
    assert operations.end_what_has_run_out(now=NOW) == 0
    link.refresh_from_db()
    assert link.removed_at == end
    cast.account.refresh_from_db()
    assert cast.account.delivery == "paper"
    assert cast.told(cast.boris) == ["Срок доступа к лицевому счёту закончился"]
    assert cast.told(cast.anna) == ["Срок доступа близкого закончился"]
    text = Notice.objects.get(recipient_id=cast.anna.recipient_id, event="access_changed").text
    assert ("на бумаге" in text) is chose
    (noted,) = Entry.objects.filter(action="household.term_over")
    assert (noted.account_id, noted.actor_kind) == (cast.account.pk, "system")


def test_the_owners_own_choice_of_e_mail_survives_the_guests_term(cast: Cast) -> None:
    link = cast.let_in("manage")
    operations.set_delivery(
        by=by(cast.anna), account_public_id=cast.account.public_id, delivery="email", now=NOW
    )
    over(link)
    operations.end_what_has_run_out(now=NOW)
    cast.account.refresh_from_db()
    assert (cast.account.delivery, cast.account.delivery_by_id) == ("email", cast.anna.pk)


def test_a_choice_ends_though_its_maker_has_another_address_by_now(cast: Cast) -> None:
    link = cast.let_in("manage")
    operations.set_delivery(
        by=by(cast.boris), account_public_id=cast.account.public_id, delivery="email", now=NOW
    )
    Person.objects.filter(pk=cast.boris.pk).update(email="other@example.org")
    over(link)
    operations.end_what_has_run_out(now=NOW)
    cast.account.refresh_from_db()
    assert (cast.account.delivery, cast.account.delivery_email) == ("paper", "")


def test_a_suspended_guest_waits_for_the_office_whatever_the_term(cast: Cast) -> None:
    link = cast.let_in()
    Link.objects.filter(pk=link.pk).update(suspended_at=NOW, ends_at=NOW)
    assert operations.end_what_has_run_out(now=NOW) == 0
    link.refresh_from_db()
    assert link.removed_at is None


def test_the_owner_may_let_the_same_guest_in_again(cast: Cast) -> None:
    over(cast.let_in("pay"))
    operations.end_what_has_run_out(now=NOW)
    fresh = cast.let_in("submit")
    assert queries.visible_ids(by(cast.boris), right=Right.SUBMIT).exists()
    assert Link.objects.filter(person=cast.boris).exclude(pk=fresh.pk).count() == 1


def test_an_invitation_nobody_answered_ends_and_its_sender_is_told(cast: Cast) -> None:
    invited = operations.invite(
        by=by(cast.anna),
        account_public_id=cast.account.public_id,
        phone=cast.boris.phone,
        rights=[],
        now=NOW,
    )
    assert operations.end_what_has_run_out(now=NOW) == 0
    Invitation.objects.filter(public_id=invited).update(open_until=NOW)
    assert operations.end_what_has_run_out(now=NOW) == 1
    invitation = Invitation.objects.get(public_id=invited)
    assert (invitation.state, invitation.answered_at) == (InvitationState.EXPIRED, NOW)
    assert cast.told(cast.anna) == ["На приглашение не ответили"]
    assert household.invitations_of(account_id=cast.account.pk, now=NOW) == []


def test_the_clock_of_the_queue_ends_them(cast: Cast) -> None:
    from svet.accounts.jobs import end_what_has_run_out

    over(cast.let_in())
    end_what_has_run_out(timestamp=0)
    assert not Link.objects.kept().filter(person=cast.boris).exists()
