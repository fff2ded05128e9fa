"""Eighty portals guess consecutive serials: no name is shown, links are bounded, Anna gets in."""

from __future__ import annotations

import random

import pytest
from django.utils import timezone

from svet.accounts import operations, queries
from svet.accounts.models import Link
from svet.accounts.rules.refusals import LinkReason
from svet.accounts.tests.factories import make_account
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused
from svet.limits.rules import LIMITS, LimitName
from svet.people.tests.factories import make_person

USERS, ADDRESSES, ACCOUNTS, TRIES = 80, 20, 16, 3
FIRST = 115_268_000
HIDDEN = ("Иванова", "Анна", "Петровна")


@pytest.mark.django_db
def test_guessing_consecutive_serials_shows_no_name_and_few_accounts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    guess = random.Random(5)
    serials = guess.sample(range(FIRST, FIRST + 1_000), ACCOUNTS)
    accounts = [make_account(proofs=[str(serial)], flat="771") for serial in serials]
    annas, annas_serial = accounts[0], str(serials[0])
    anna = make_person()
    type(annas).objects.filter(pk=annas.pk).update(registry_phone=anna.phone)
    attackers = [make_person() for _ in range(USERS)]
    now, tried = timezone.now(), 0
    for turn in range(TRIES):
        for place, attacker in enumerate(attackers):
            account = accounts[(place + turn) % ACCOUNTS]
            tried += 1
            try:
                operations.link_account(
                    by=Actor.person(attacker.pk, address=f"10.0.0.{place % ADDRESSES}"),
                    account_number=account.number,
                    meter_number=str(FIRST + (place * TRIES + turn) % 1_000),
                    now=now,
                )
            except Refused:
                continue
    opened = Link.objects.filter(person__in=attackers)
    shown = [
        card
        for person_id in opened.values_list("person_id", flat=True)
        for group in queries.cabinet(person_id)
        for card in group.cards
    ]
    names = sum(any(word in card.holder for word in HIDDEN) or "771" in card.address for card in shown)
    per_day = LIMITS[LimitName.LINKING_WRONG_PER_ACCOUNT].amount
    # Each account answers so many guesses a day, over all attackers; a right one among 1,000 is luck.
    bound = ACCOUNTS * per_day
    with capsys.disabled():
        print(  # noqa: T201 - the bound is asked for
            f"\nattack: {USERS} cabinets, {ADDRESSES} addresses, {tried} tries at {ACCOUNTS} accounts: "
            f"names {names}, links {opened.count()}, at most {bound} guesses a day reach a meter number "
            f"({bound / 1_000:.1f} links expected among 1,000 known serials)"
        )
    assert names == 0
    assert opened.count() <= bound / 1_000 * 4 + 1
    # Two hundred and forty guesses find nothing by luck: what must hold is how many of them were compared.
    assert tried > 2 * bound
    assert Entry.objects.filter(action="linking.wrong_pair").count() <= bound
    assert Entry.objects.filter(action="linking.paused").exists()
    with pytest.raises(Refused) as refused:
        operations.link_account(
            by=Actor.person(make_person().pk), account_number=accounts[1].number,
            meter_number=str(serials[1]), now=now,
        )  # fmt: skip
    assert refused.value.reason is LinkReason.NO_SUCH_PAIR
    operations.link_account(
        by=Actor.person(anna.pk), account_number=annas.number, meter_number=annas_serial, now=now
    )
    assert Link.objects.get(person=anna).is_owner
