"""Household access: Anna owns the account, Boris is invited, Vera is a stranger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.utils import timezone

from svet.accounts import operations, queries
from svet.accounts.models import Account, Invitation, Link
from svet.accounts.operations import HouseholdReason, HouseholdRefused, InvitationNotFound, LinkRefused
from svet.accounts.queries import AccountNotFound, household
from svet.accounts.rules import Right
from svet.accounts.tests.factories import make_account, make_link
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.limits.operations import LimitReached
from svet.notices.models import Delivery
from svet.people.models import Person
from svet.people.rules import PhoneRefused
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@dataclass(frozen=True)
class Cast:
    anna: Person
    boris: Person
    vera: Person
    account: Account

    def may(self, person: Person, right: Right) -> bool:
        return queries.visible_ids(Actor.person(person.pk), right=right).filter(pk=self.account.pk).exists()


@pytest.fixture
def cast() -> Cast:
    anna, boris, vera = make_person(), make_person(), make_person()
    account = make_account(proofs=["115268446"])
    make_link(person=anna, account=account, confirmed=True)
    return Cast(anna, boris, vera, account)


def by(person: Person) -> Actor:
    return Actor.person(person.pk)


def invite(cast: Cast, *rights: str, until: date | None = None, phone: str = "") -> Invitation:
    public_id = operations.invite(
        by=by(cast.anna),
        account_public_id=cast.account.public_id,
        phone=phone or cast.boris.phone,
        rights=rights,
        until=until,
        now=NOW,
    )
    return Invitation.objects.get(public_id=public_id)


def accept(cast: Cast, invitation: Invitation, *, who: Person | None = None) -> Link:
    person = who or cast.boris
    account = operations.accept_invitation(by=by(person), invitation_public_id=invitation.public_id, now=NOW)
    return Link.objects.kept().get(person=person, account__public_id=account)


def test_invited_boris_gets_exactly_the_given_rights_and_the_open_name(cast: Cast) -> None:
    invitation = invite(cast, "submit")
    sms = Delivery.objects.get(channel="sms", address=cast.boris.phone)
    assert f"/invitations/{invitation.public_id}/" in sms.body
    assert cast.account.number not in sms.body
    assert not cast.may(cast.boris, Right.VIEW)
    accept(cast, invitation)
    assert [cast.may(cast.boris, right) for right in Right] == [True, True, False, False]
    card = queries.card_of(by(cast.boris), account_public_id=cast.account.public_id)
    assert card.holder == "Иванова Анна Петровна"
    assert accept(cast, invitation).pk == Link.objects.get(person=cast.boris).pk


def test_link_of_the_sms_opens_nothing_without_the_invited_phone(cast: Cast) -> None:
    invitation = invite(cast, "pay")
    for act in (operations.accept_invitation, operations.refuse_invitation, operations.withdraw_invitation):
        with pytest.raises(InvitationNotFound):
            act(by=by(cast.vera), invitation_public_id=invitation.public_id, now=NOW)
    assert not cast.may(cast.vera, Right.VIEW)
    assert household.invitations_to(by(cast.vera), now=NOW) == []
    assert len(household.invitations_to(by(cast.boris), now=NOW)) == 1


@pytest.mark.parametrize("answer", [operations.refuse_invitation, operations.withdraw_invitation])
def test_refused_and_withdrawn_invitations_open_nothing(cast: Cast, answer: Callable[..., None]) -> None:
    invitation = invite(cast)
    who = cast.boris if answer is operations.refuse_invitation else cast.anna
    answer(by=by(who), invitation_public_id=invitation.public_id, now=NOW)
    with pytest.raises(InvitationNotFound):
        accept(cast, invitation)
    with pytest.raises(InvitationNotFound):
        answer(by=by(who), invitation_public_id=invitation.public_id, now=NOW)


def test_late_replaced_and_orphaned_invitations_open_nothing(cast: Cast) -> None:
    first = invite(cast)
    second = invite(cast, "pay")
    with pytest.raises(InvitationNotFound):
        accept(cast, first)
    Invitation.objects.filter(pk=second.pk).update(open_until=NOW)
    with pytest.raises(InvitationNotFound):
        accept(cast, second)
    third = invite(cast, "pay")
    operations.unlink(by=by(cast.anna), account_public_id=cast.account.public_id, now=NOW)
    with pytest.raises(InvitationNotFound):
        accept(cast, third)


def test_access_ends_with_its_last_day_and_can_be_given_anew(cast: Cast) -> None:
    # The guard asks the database's clock: a term that ends today may be over before the test is.
    until = queries.provider_today(cast.account.provider, NOW) + timedelta(days=1)
    link = accept(cast, invite(cast, "pay", until=until))
    assert cast.may(cast.boris, Right.PAY)
    (member,) = [
        m for m in household.members(by(cast.anna), account_id=cast.account.pk, now=NOW) if m.invited
    ]
    assert (member.until, member.phone) == (until, cast.boris.phone)
    Link.objects.filter(pk=link.pk).update(ends_at=NOW - timedelta(seconds=1))
    assert not cast.may(cast.boris, Right.VIEW)
    assert queries.people_of(account_id=cast.account.pk) == [cast.anna.pk]
    assert queries.cabinet(cast.boris.pk)[0].cards == ()
    operations.change_access(by=by(cast.anna), link_public_id=link.public_id, rights=["submit"], now=NOW)
    assert [cast.may(cast.boris, right) for right in Right] == [True, True, False, False]


def test_after_the_term_the_two_numbers_open_the_account_masked_again(cast: Cast) -> None:
    link = accept(cast, invite(cast))
    Link.objects.filter(pk=link.pk).update(ends_at=NOW - timedelta(seconds=1))
    operations.link_account(
        by=by(cast.boris), account_number=cast.account.number, meter_number="115268446", now=NOW
    )
    fresh = Link.objects.kept().get(person=cast.boris)
    assert (fresh.confirmed_at, fresh.invited_by_id) == (None, None)


def test_revoked_cabinet_stays_out_until_the_owner_opens_it(cast: Cast) -> None:
    link = accept(cast, invite(cast, "pay"))
    operations.suspend_link(by=by(cast.anna), link_public_id=link.public_id, now=NOW)
    assert not cast.may(cast.boris, Right.VIEW)
    operations.link_account(
        by=by(cast.boris), account_number=cast.account.number, meter_number="115268446", now=NOW
    )
    assert not cast.may(cast.boris, Right.VIEW)
    accept(cast, invite(cast, "pay"))
    assert cast.may(cast.boris, Right.PAY)


def test_whoever_was_let_in_lets_nobody_in_and_nobody_out(cast: Cast) -> None:
    accept(cast, invite(cast, "submit", "pay", "manage"))
    galina = make_person()
    theirs = make_link(person=galina, account=cast.account)
    annas = Link.objects.get(person=cast.anna)
    assert not household.owns(by(cast.boris), account_id=cast.account.pk)
    with pytest.raises(AccountNotFound):
        operations.invite(
            by=by(cast.boris),
            account_public_id=cast.account.public_id,
            phone="+79000000055",
            rights=[],
            now=NOW,
        )
    with pytest.raises(AccountNotFound):
        operations.change_access(by=by(cast.boris), link_public_id=theirs.public_id, rights=[], now=NOW)
    with pytest.raises(LinkRefused):
        operations.suspend_link(by=by(cast.boris), link_public_id=annas.public_id, now=NOW)
    with pytest.raises(AccountNotFound):
        operations.change_access(by=by(cast.anna), link_public_id=annas.public_id, rights=[], now=NOW)


def test_delivery_is_chosen_only_with_the_right_to_manage(cast: Cast) -> None:
    link = accept(cast, invite(cast, "submit", "pay"))
    assert not queries.may_manage(by(cast.boris), account_id=cast.account.pk)
    operations.change_access(by=by(cast.anna), link_public_id=link.public_id, rights=["manage"], now=NOW)
    assert queries.may_manage(by(cast.boris), account_id=cast.account.pk)
    assert queries.may_manage(by(cast.anna), account_id=cast.account.pk)


def test_refusals_say_what_is_wrong(cast: Cast) -> None:
    with pytest.raises(HouseholdRefused, match=HouseholdReason.OWN_PHONE):
        invite(cast, phone=cast.anna.phone)
    with pytest.raises(PhoneRefused):
        invite(cast, phone="123")
    with pytest.raises(HouseholdRefused, match=HouseholdReason.RIGHTS):
        invite(cast, "everything")
    with pytest.raises(HouseholdRefused, match=HouseholdReason.PAST):
        invite(cast, until=date(2020, 1, 1))
    with pytest.raises(HouseholdRefused, match=HouseholdReason.TOO_FAR):
        invite(cast, until=date(2126, 1, 1))
    accept(cast, invite(cast))
    with pytest.raises(HouseholdRefused, match=HouseholdReason.ALREADY):
        invite(cast)


def test_nobody_is_showered_with_invitations(cast: Cast) -> None:
    refused: Refused | None = None
    for _ in range(3):
        invite(cast)
    with pytest.raises(LimitReached) as reached:
        invite(cast)
    refused = reached.value
    assert refused is not None
    assert Delivery.objects.filter(channel="sms", address=cast.boris.phone).count() == 3
