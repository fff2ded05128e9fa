"""What of a contract decides prices and norms is dated: today's change never changes the past."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from svet.accounts import operations, texts
from svet.accounts.models import Account, Terms
from svet.accounts.queries import AccountNotFound
from svet.accounts.queries.contracts import contracts
from svet.accounts.queries.terms import dated_terms, terms_history, terms_of
from svet.accounts.rules.terms import (
    DatedTerms,
    Stove,
    TermsField,
    TermsReason,
    TermsRefused,
    TermsSource,
    TermsStep,
    TermsValues,
    changed,
    read_terms,
    terms_at,
)
from svet.accounts.tests.factories import NOW, OFFICE, make_account, make_provider
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused

OPENED = date(2020, 1, 1)
_keys = count(100)
SPRING, SUMMER, AUTUMN = date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)


def row(key: int, since: date, **values: Any) -> DatedTerms:
    return DatedTerms(key, since, None, TermsValues(**values))


def written(history: list[DatedTerms], steps: list[TermsStep]) -> list[DatedTerms]:
    """The history after the steps, as the table would tell it."""
    gone = {step.replaces for step in steps}
    kept = [each for each in history if each.terms_id not in gone]
    new = [DatedTerms(next(_keys), step.since, None, step.values) for step in steps]
    return sorted(kept + new, key=lambda each: each.since)


class TestRules:
    def test_a_change_begins_with_its_day(self) -> None:
        history = [row(1, OPENED, tariff_group="1.1", residents=2)]
        steps = changed(history, since=SPRING, changes={TermsField.RESIDENTS: 3})
        assert steps == [TermsStep(SPRING, TermsValues("1.1", 3), None)]

    def test_a_later_row_keeps_what_it_changed_itself_and_repeats_the_rest(self) -> None:
        history = [
            row(1, OPENED, tariff_group="1.1", residents=2),
            row(2, SUMMER, tariff_group="1.2", residents=2),
            row(3, AUTUMN, tariff_group="1.2", residents=5),
        ]
        steps = changed(history, since=SPRING, changes={TermsField.RESIDENTS: 3})
        assert steps == [
            TermsStep(SPRING, TermsValues("1.1", 3), None),
            TermsStep(SUMMER, TermsValues("1.2", 3), 2),
        ]

    def test_a_correction_replaces_the_row_of_its_day(self) -> None:
        history = [
            row(1, OPENED, tariff_group="1.1", residents=2),
            row(2, SPRING, tariff_group="1.1", residents=33),
            row(3, SUMMER, tariff_group="1.2", residents=33),
        ]
        steps = changed(history, since=SPRING, changes={TermsField.RESIDENTS: 3})
        assert steps == [
            TermsStep(SPRING, TermsValues("1.1", 3), 2),
            TermsStep(SUMMER, TermsValues("1.2", 3), 3),
        ]

    def test_what_is_known_already_writes_nothing(self) -> None:
        history = [row(1, OPENED, tariff_group="1.1", residents=2)]
        assert changed(history, since=SPRING, changes={TermsField.RESIDENTS: 2}) == []
        assert changed(history, since=SPRING, changes={}) == []

    @given(
        moves=st.lists(
            st.tuples(
                st.integers(0, 40),
                st.sampled_from([TermsField.RESIDENTS, TermsField.ROOMS]),
                st.integers(1, 3),
            ),
            max_size=8,
        )
    )
    def test_no_change_touches_a_day_before_its_own_and_each_holds_on_its_day(
        self, moves: list[tuple[int, TermsField, int]]
    ) -> None:
        history = [row(1, OPENED, tariff_group="1.1", residents=1, rooms=1)]
        for days, field, value in moves:
            since = OPENED + timedelta(days=days)
            before = [terms_at(history, OPENED + timedelta(days=day)).values for day in range(45)]
            other = TermsField.ROOMS if field is TermsField.RESIDENTS else TermsField.RESIDENTS
            history = written(history, changed(history, since=since, changes={field: value}))
            after = [terms_at(history, OPENED + timedelta(days=day)).values for day in range(45)]
            assert after[:days] == before[:days]
            assert getattr(after[days], field) == value
            assert [getattr(each, other) for each in after] == [getattr(each, other) for each in before]
            assert len({each.since for each in history}) == len(history)

    @pytest.mark.parametrize(
        ("raw", "read"),
        [
            ({"residents": " 3 "}, {TermsField.RESIDENTS: 3}),
            ({"residents": "0", "rooms": "?"}, {TermsField.RESIDENTS: 0, TermsField.ROOMS: None}),
            ({"area": "54,5"}, {TermsField.AREA: Decimal("54.5")}),
            ({"stove": "Electric"}, {TermsField.STOVE: Stove.ELECTRIC}),
            ({"electric_heating": "да"}, {TermsField.HEATING: True}),
            ({"electric_heating": "no", "stove": ""}, {TermsField.HEATING: False, TermsField.STOVE: None}),
            ({"tariff_group": "1.2"}, {TermsField.GROUP: "1.2"}),
        ],
    )
    def test_values_are_read_as_people_write_them(
        self, raw: dict[str, str], read: dict[TermsField, Any]
    ) -> None:
        assert read_terms(raw) == read

    @pytest.mark.parametrize(
        ("raw", "reason"),
        [
            ({"residents": "-1"}, TermsReason.NUMBER),
            ({"residents": "3.5"}, TermsReason.NUMBER),
            ({"rooms": "0"}, TermsReason.NUMBER),
            ({"area": "0"}, TermsReason.NUMBER),
            ({"area": "много"}, TermsReason.NUMBER),
            ({"stove": "дровяная"}, TermsReason.STOVE),
            ({"electric_heating": "может быть"}, TermsReason.YES_NO),
            ({"tariff_group": ""}, TermsReason.GROUP),
            ({"tariff_group": "1" * 41}, TermsReason.GROUP),
            ({"balcony": "1"}, TermsReason.FIELD),
        ],
    )
    def test_what_is_no_value_is_refused_in_words(self, raw: dict[str, str], reason: TermsReason) -> None:
        with pytest.raises(TermsRefused) as refused:
            read_terms(raw)
        assert refused.value.reason is reason
        assert texts.explain(refused.value)


@pytest.mark.django_db
class TestOperation:
    def change(self, account: Account, *, since: date, by: Actor = OFFICE, **changes: Any) -> None:
        operations.change_terms(
            by=by,
            account_public_id=account.public_id,
            changes={TermsField(name): value for name, value in changes.items()},
            since=since,
            reason="справка № 4",
            now=NOW,
            groups=["1.1", "1.2"],
        )

    def test_an_account_begins_with_the_terms_of_its_register(self) -> None:
        account = make_account(residents=2)
        assert dated_terms([account.pk])[account.pk] == (
            DatedTerms(Terms.objects.get().pk, OPENED, None, TermsValues("1.1", 2)),
        )
        (entry,) = terms_history(account.pk)
        assert (entry.source, entry.reason, entry.gone_at) == (TermsSource.REGISTER, "", None)

    def test_today_changes_no_day_of_the_past(self) -> None:
        account = make_account(residents=2)
        self.change(account, since=AUTUMN, residents=3)
        self.change(account, since=AUTUMN, tariff_group="1.2")
        assert terms_of([account.pk], on=AUTUMN - timedelta(days=1))[account.pk] == TermsValues("1.1", 2)
        assert terms_of([account.pk], on=AUTUMN)[account.pk] == TermsValues("1.2", 3)
        first, second = dated_terms([account.pk])[account.pk]
        assert (first.until, second.until) == (AUTUMN, None)

    def test_a_corrected_row_stays_to_be_read(self) -> None:
        account = make_account(residents=2)
        self.change(account, since=AUTUMN, residents=33)
        self.change(account, since=AUTUMN, residents=3)
        assert [each.values.residents for each in dated_terms([account.pk])[account.pk]] == [2, 3]
        assert [(each.terms.values.residents, each.gone_at) for each in terms_history(account.pk)] == [
            (3, None),
            (33, NOW),
            (2, None),
        ]
        wrong, right = Terms.objects.order_by("pk")[1:]
        assert right.replaces_id == wrong.pk

    def test_contracts_tell_the_terms_of_the_last_day(self) -> None:
        account = make_account(residents=2)
        self.change(account, since=AUTUMN, residents=3, tariff_group="1.2")
        told = [
            (each.tariff_group, each.residents)
            for day in (AUTUMN, AUTUMN + timedelta(days=1))
            for each in contracts(provider_id=account.provider_id, opened_before=day)
        ]
        assert told == [("1.1", 2), ("1.2", 3)]

    def test_the_journal_says_who_why_and_what(self) -> None:
        account = make_account(residents=2)
        self.change(account, since=AUTUMN, residents=3)
        entry = Entry.objects.get(action="account.terms_changed")
        assert (entry.reason, entry.account_id) == ("справка № 4", account.pk)
        assert entry.before == {"residents": 2}
        assert entry.after == {"since": "2026-09-01", "residents": 3}

    @pytest.mark.parametrize(
        ("since", "changes", "reason"),
        [
            (OPENED - timedelta(days=1), {"residents": 3}, TermsReason.BEFORE_OPENED),
            (date(2026, 11, 1), {"residents": 3}, TermsReason.AFTER_CLOSED),
            (AUTUMN, {"residents": 2}, TermsReason.NOTHING),
            (AUTUMN, {}, TermsReason.NOTHING),
            (AUTUMN, {"tariff_group": "9.9"}, TermsReason.GROUP),
        ],
    )
    def test_what_cannot_be_entered_is_refused_in_words(
        self, since: date, changes: dict[str, Any], reason: TermsReason
    ) -> None:
        account = make_account(residents=2)
        operations.end_contract(
            by=OFFICE, account_public_id=account.public_id, on=date(2026, 11, 1), reason="акт № 1", now=NOW
        )
        with pytest.raises(TermsRefused) as refused:
            self.change(account, since=since, **changes)
        assert refused.value.reason is reason
        assert texts.explain(refused.value)
        assert Terms.objects.count() == 1

    def test_a_day_of_another_year_is_taken_for_a_slip(self) -> None:
        account = make_account()
        with pytest.raises(TermsRefused) as refused:
            self.change(account, since=date(2062, 9, 1), residents=3)
        assert refused.value.reason is TermsReason.TOO_FAR
        assert texts.explain(refused.value)

    def test_a_customer_changes_nothing_and_a_change_needs_its_reason(self) -> None:
        account = make_account()
        with pytest.raises(AccountNotFound):
            self.change(account, since=AUTUMN, by=Actor.anonymous(), residents=3)
        with pytest.raises(Refused):
            operations.change_terms(
                by=OFFICE,
                account_public_id=account.public_id,
                changes={TermsField.RESIDENTS: 3},
                since=AUTUMN,
                reason=" ",
                now=NOW,
            )
        assert Terms.objects.count() == 1

    def test_rows_are_never_edited_deleted_or_brought_back(self) -> None:
        account = make_account(residents=2)
        self.change(account, since=AUTUMN, residents=33)
        self.change(account, since=AUTUMN, residents=3)
        for change in (
            lambda: Terms.objects.update(residents=9),
            lambda: Terms.objects.filter(gone_at__isnull=False).update(gone_at=None),
            lambda: Terms.objects.all().delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()

    def test_many_accounts_cost_one_query(self) -> None:
        provider = make_provider()
        keys = operations.create_accounts(
            provider_id=provider.pk,
            rows=[
                operations.NewAccount(
                    number=f"{number:010d}", holder_name="Житель", city="Город", opened_on=OPENED, residents=2
                )
                for number in range(1, 1_001)
            ],
            by=OFFICE,
            now=NOW,
        )
        with CaptureQueriesContext(connection) as asked:
            found = dated_terms(keys)
        assert len(asked) == 1
        assert {len(rows) for rows in found.values()} == {1}
        assert dated_terms([-1]) == {-1: ()}
