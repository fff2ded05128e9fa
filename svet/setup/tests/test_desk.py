"""Sections of the set-up changed at a desk: what was seen must stand, and money's way is said by two."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone
from pytest_django import Settings

from svet.accounts.models import Provider
from svet.accounts.operations.registry import SupplierRefused
from svet.accounts.tests.factories import make_account
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.refusals import NotFound, Refused
from svet.setup.models import SupplierDraft
from svet.setup.operations import desk
from svet.setup.operations.writing import ChangedMeanwhile, write
from svet.setup.queries import present, waiting_drafts, waiting_drafts_count
from svet.setup.rules import SetupPlan, SetupReason, SetupRefused, Text, mark_of
from svet.setup.tests.factories import NOW, RETAILER, SUPPLIER, stand
from svet.site.queries import current_agreement, installation
from svet.site.rules import AgreementKind
from svet.staffing.rules import Role, StaffReason
from svet.staffing.tests.factories import make_member

OTHER = {"bank": "ПАО Другой банк", "inn": "7728168971"}

TODAY = timezone.localdate(NOW)


def member(name: str = "Ольга") -> Actor:
    row = make_member(role=Role.SECURITY)
    return Actor.staff(row.person_id, name=f"{name} (security)")


def seen() -> str:
    return mark_of(present(now=NOW).suppliers["volga"])


def ask(by: Actor, **changes: str) -> str:
    desk.ask_for_requisites(
        code="volga",
        wanted={**present(now=NOW).suppliers["volga"], **changes},
        seen=seen(),
        reason="письмо поставщика № 7",
        by=by,
        now=NOW,
    )
    return waiting_drafts()[-1].public_id


def reason_of(act: Callable[[], object]) -> object:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def test_a_mark_knows_no_order_and_no_empty_answer_but_every_other() -> None:
    assert mark_of({"a": "1", "b": "2"}) == mark_of({"b": "2", "a": "1", "c": ""})
    assert mark_of({"a": "1"}) != mark_of({"a": "2"})
    assert mark_of({"a": "1"}) != mark_of({"b": "1"})
    assert mark_of({}) != mark_of({"a": "1"})


@pytest.mark.django_db
def test_the_retailer_is_written_by_whoever_has_seen_what_stands() -> None:
    by = member()
    assert desk.change_retailer(wanted=RETAILER, seen=mark_of({}), by=by, now=NOW)
    assert installation().brand == "Свет Поволжья"
    entry = Entry.objects.get(action="installation.changed")
    assert (entry.actor_kind, entry.actor_person_id, (entry.after or {})["brand"]) == (
        "staff",
        by.person_id,
        "Свет Поволжья",
    )
    assert not desk.change_retailer(wanted=RETAILER, seen=mark_of(RETAILER), by=by, now=NOW)
    assert Entry.objects.filter(action="installation.changed").count() == 1


@pytest.mark.django_db
def test_who_saw_something_else_writes_nothing() -> None:
    stand()
    by, shown = member(), mark_of(RETAILER)
    desk.change_retailer(wanted=RETAILER | {"hotline": "8-800-1"}, seen=shown, by=by, now=NOW)
    stale = lambda: desk.change_retailer(  # noqa: E731
        wanted=RETAILER | {"brand": "Иной"}, seen=shown, by=by, now=NOW
    )
    assert reason_of(stale) is SetupReason.CHANGED_MEANWHILE
    assert (installation().brand, installation().hotline) == ("Свет Поволжья", "8-800-1")


@pytest.mark.django_db
def test_one_member_changes_a_supplier_but_never_its_code_or_requisites() -> None:
    stand()
    wanted = SUPPLIER | OTHER | {"code": "moscow", "window": "10–20", "hotline": "123-45-67"}
    assert desk.change_supplier(code="volga", wanted=wanted, seen=seen(), by=member(), now=NOW)
    provider = Provider.objects.get()
    assert (provider.code, provider.bank_name, provider.inn) == ("volga", "ПАО Банк", "7707083893")
    assert (provider.window_from_day, provider.hotline) == (10, "123-45-67")
    assert set(Entry.objects.filter(action="supplier.changed").latest("pk").after or {}) == {
        "window",
        "hotline",
    }


@pytest.mark.django_db
def test_the_service_of_accounts_stays() -> None:
    stand()
    make_account(provider=Provider.objects.get())
    with pytest.raises(SupplierRefused):
        desk.change_supplier(
            code="volga", wanted=SUPPLIER | {"service": "gas", "norm": ""}, seen=seen(), by=member(), now=NOW
        )


@pytest.mark.django_db
def test_requisites_hold_when_another_member_has_signed_them() -> None:
    stand()
    first, second = member(), member("Пётр")
    draft = ask(first, **OTHER)
    assert Provider.objects.get().bank_name == "ПАО Банк"
    assert waiting_drafts_count() == 1
    assert (
        reason_of(lambda: desk.sign_draft(draft_public_id=draft, by=first, now=NOW)) is SetupReason.SAME_HAND
    )
    assert Provider.objects.get().bank_name == "ПАО Банк"
    desk.sign_draft(draft_public_id=draft, by=second, now=NOW)
    provider = Provider.objects.get()
    assert (provider.bank_name, provider.inn, waiting_drafts_count()) == ("ПАО Другой банк", "7728168971", 0)
    assert (
        reason_of(lambda: desk.sign_draft(draft_public_id=draft, by=second, now=NOW)) is SetupReason.DECIDED
    )
    told = Entry.objects.filter(action__in=("supplier.asked", "supplier.signed")).order_by("pk")
    assert [(each.action, each.actor_person_id) for each in told] == [
        ("supplier.asked", first.person_id),
        ("supplier.signed", second.person_id),
    ]
    assert told[0].before == {"bank": "ПАО Банк", "inn": "7707083893"}
    assert told[0].after == {"code": "volga", **OTHER}
    assert Entry.objects.filter(action="supplier.changed").latest("pk").after == OTHER


@pytest.mark.django_db
def test_a_command_signs_for_nobody() -> None:
    stand()
    draft = ask(member(), **OTHER)
    nobody = Actor.system("svet setup")
    assert (
        reason_of(lambda: desk.sign_draft(draft_public_id=draft, by=nobody, now=NOW)) is SetupReason.SAME_HAND
    )


@pytest.mark.django_db
def test_what_stands_otherwise_by_now_cannot_be_signed_until_it_is_asked_for_again() -> None:
    stand()
    first, second = member(), member("Пётр")
    draft = ask(first, **OTHER)
    state = present(now=NOW)
    moved = SUPPLIER | {"bank": "Банк по команде"}
    write(SetupPlan(suppliers={"volga": moved}), made_of=state, now=NOW)
    sign = lambda: desk.sign_draft(draft_public_id=draft, by=second, now=NOW)  # noqa: E731
    assert reason_of(sign) is SetupReason.STANDS_OTHERWISE
    assert Provider.objects.get().bank_name == "Банк по команде"
    desk.refuse_draft(draft_public_id=draft, reason="уже сменили командой", by=second, now=NOW)
    desk.sign_draft(draft_public_id=ask(first, **OTHER), by=second, now=NOW)
    assert Provider.objects.get().bank_name == "ПАО Другой банк"


@pytest.mark.django_db
def test_what_is_no_requisite_may_change_while_requisites_wait_and_stays_changed() -> None:
    stand()
    first, second = member(), member("Пётр")
    draft = ask(first, **OTHER)
    desk.change_supplier(code="volga", wanted=SUPPLIER | {"due_day": "20"}, seen=seen(), by=first, now=NOW)
    desk.sign_draft(draft_public_id=draft, by=second, now=NOW)
    assert (Provider.objects.get().due_day, Provider.objects.get().bank_name) == (20, "ПАО Другой банк")


@pytest.mark.django_db
def test_the_command_sees_what_was_signed_while_it_asked() -> None:
    stand()
    draft, state = ask(member(), **OTHER), present(now=NOW)
    desk.sign_draft(draft_public_id=draft, by=member("Пётр"), now=NOW)
    with pytest.raises(ChangedMeanwhile):
        write(SetupPlan(suppliers={"volga": SUPPLIER}), made_of=state, now=NOW)
    assert Provider.objects.get().bank_name == "ПАО Другой банк"


@pytest.mark.django_db
def test_one_change_of_a_supplier_waits_at_a_time_and_the_same_is_none() -> None:
    stand()
    by = member()
    assert reason_of(lambda: ask(by)) is SetupReason.NOTHING_NEW
    ask(by, **OTHER)
    assert reason_of(lambda: ask(by, bank="Третий")) is SetupReason.WAITS_ALREADY
    assert waiting_drafts_count() == 1


@pytest.mark.django_db
def test_who_asked_may_take_it_back_and_says_why() -> None:
    stand()
    by = member()
    draft = ask(by, **OTHER)
    silent = lambda: desk.refuse_draft(draft_public_id=draft, reason=" ", by=by, now=NOW)  # noqa: E731
    assert reason_of(silent) is StaffReason.REASON_REQUIRED
    desk.refuse_draft(draft_public_id=draft, reason="опечатка в письме", by=by, now=NOW)
    assert Entry.objects.get(action="supplier.refused").reason == "опечатка в письме"
    assert Provider.objects.get().bank_name == "ПАО Банк"
    late = lambda: desk.sign_draft(draft_public_id=draft, by=member("Пётр"), now=NOW)  # noqa: E731
    assert reason_of(late) is SetupReason.DECIDED


@pytest.mark.django_db
def test_a_new_supplier_is_there_when_two_have_said_so() -> None:
    first, second = member(), member("Пётр")
    desk.ask_for_supplier(wanted=SUPPLIER, reason="договор № 12", by=first, now=NOW)
    assert not Provider.objects.exists()
    again = lambda: desk.ask_for_supplier(  # noqa: E731
        wanted=SUPPLIER, reason="договор № 12", by=first, now=NOW
    )
    assert reason_of(again) is SetupReason.WAITS_ALREADY
    draft = waiting_drafts()[0]
    assert draft.is_new
    desk.sign_draft(draft_public_id=draft.public_id, by=second, now=NOW + timedelta(days=40))
    assert present(now=NOW + timedelta(days=40)).suppliers == {"volga": SUPPLIER}
    assert reason_of(again) is SetupReason.CODE_TAKEN


@pytest.mark.django_db
def test_a_supplier_that_the_command_has_entered_meanwhile_is_not_entered_again() -> None:
    by = member()
    desk.ask_for_supplier(wanted=SUPPLIER, reason="договор № 12", by=by, now=NOW)
    stand()
    draft = waiting_drafts()[0].public_id
    sign = lambda: desk.sign_draft(draft_public_id=draft, by=member("Пётр"), now=NOW)  # noqa: E731
    assert reason_of(sign) is SetupReason.STANDS_OTHERWISE


@pytest.mark.django_db
def test_nobody_signs_what_is_not_there() -> None:
    with pytest.raises(NotFound):
        desk.sign_draft(draft_public_id="nothing", by=member(), now=NOW)


@pytest.mark.django_db
def test_a_text_is_published_once_by_whoever_saw_the_version_in_force() -> None:
    by, kind = member(), AgreementKind.TERMS
    seen = current_agreement(kind=kind, today=TODAY).version
    text = Text("Соглашение", "Первый абзац.\n\n- раз\n- два")

    def publish(text: Text, *, seen: int) -> int:
        return desk.publish_text(kind=kind, text=text, seen=seen, by=by, now=NOW)

    assert reason_of(lambda: publish(Text("Соглашение", " "), seen=seen)) is SetupReason.TEXT_WANTED
    assert publish(text, seen=seen) == seen + 1
    assert current_agreement(kind=kind, today=TODAY).published_on == TODAY
    assert reason_of(lambda: publish(Text("Другое", "Текст."), seen=seen)) is SetupReason.CHANGED_MEANWHILE
    # Other line ends and spaces are no other text: nobody is asked again for them.
    same = Text("Соглашение", "Первый абзац. \r\n\r\n\r\n- раз\r\n- два")
    assert reason_of(lambda: publish(same, seen=seen + 1)) is SetupReason.NOTHING_NEW
    told = Entry.objects.get(action="agreement.published")
    assert (told.actor_person_id, told.after) == (
        by.person_id,
        {"kind": "terms", "version": seen + 1, "title": "Соглашение", "holds_from": str(TODAY)},
    )


@pytest.mark.django_db
def test_a_text_is_published_for_a_later_day_alone_and_not_for_one_that_is_past() -> None:
    by, kind, day = member(), AgreementKind.TERMS, TODAY + timedelta(days=20)
    seen = current_agreement(kind=kind, today=TODAY).version

    def publish(text: Text, *, seen: int = seen, now: datetime = NOW) -> int:
        return desk.publish_text(kind=kind, text=text, seen=seen, by=by, now=now)

    def refused(text: Text, **given: Any) -> object:
        return reason_of(lambda: publish(text, **given))

    assert refused(Text("А", "Текст", TODAY - timedelta(days=1))) is SetupReason.DAY_PAST
    assert refused(Text("А", "Текст", TODAY + timedelta(days=367))) is SetupReason.DAY_FAR
    assert publish(Text("А", "Текст", day)) == seen + 1
    assert current_agreement(kind=kind, today=TODAY).version == seen
    # The same again is nothing new; another one, for that day, a later one or at once, must wait.
    assert refused(Text("А", "Текст", day)) is SetupReason.NOTHING_NEW
    for other in (None, TODAY, day, day + timedelta(days=1)):
        assert refused(Text("Б", "Иной текст", other)) is SetupReason.TEXT_WAITS
    assert refused(Text("А", "Текст", day + timedelta(days=1))) is SetupReason.TEXT_WAITS
    # On its day it holds: it cannot be taken back, and the next one may come.
    then = NOW + timedelta(days=20)
    take_back: dict[str, Any] = {"kind": kind, "version": seen + 1, "by": by}
    assert reason_of(lambda: desk.take_text_back(**take_back, now=then)) is SetupReason.HOLDS_ALREADY
    assert refused(Text("А", "Текст"), now=then, seen=seen + 1) is SetupReason.NOTHING_NEW
    assert refused(Text("А", "Текст"), now=then) is SetupReason.CHANGED_MEANWHILE
    assert publish(Text("Б", "Иной текст"), now=then, seen=seen + 1) == seen + 2


@pytest.mark.django_db
def test_the_day_of_a_text_begins_at_midnight_of_the_installation(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Moscow"
    by, kind, seen = member(), AgreementKind.TERMS, 1
    late = datetime(2026, 12, 9, 20, 59, tzinfo=UTC)
    desk.publish_text(kind=kind, text=Text("А", "Текст", date(2026, 12, 10)), seen=seen, by=by, now=NOW)
    taken: dict[str, Any] = {"kind": kind, "version": 2, "by": by}
    after = late + timedelta(minutes=1)
    assert reason_of(lambda: desk.take_text_back(**taken, now=after)) is SetupReason.HOLDS_ALREADY
    desk.take_text_back(**taken, now=late)
    assert current_agreement(kind=kind, today=date(2026, 12, 10)).version == 1
    told = Entry.objects.get(action="agreement.taken_back")
    assert told.before == {"kind": "terms", "version": 2, "holds_from": "2026-12-10"}


@pytest.mark.django_db(transaction=True)
def test_two_texts_for_one_day_at_once_are_one() -> None:
    by, start, day = member(), Barrier(2), TODAY + timedelta(days=5)

    def publish(title: str) -> object:
        try:
            start.wait(10)
            text = Text(title, "Текст", day)
            return desk.publish_text(kind=AgreementKind.TERMS, text=text, seen=1, by=by, now=NOW)
        except SetupRefused as refused:
            return refused.reason
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(publish, ["А", "Б"])) == {2, SetupReason.TEXT_WAITS}


@pytest.mark.django_db
def test_the_database_itself_wants_two_hands() -> None:
    stand()
    by = member()
    ask(by, **OTHER)
    with pytest.raises(IntegrityError):
        SupplierDraft.objects.update(signed_by_id=by.person_id, signed_at=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_writes_and_the_other_is_told() -> None:
    stand()
    by, start = member(), Barrier(2)
    shown = mark_of(RETAILER)

    def change(hotline: str) -> object:
        try:
            start.wait(timeout=30)
            desk.change_retailer(wanted=RETAILER | {"hotline": hotline}, seen=shown, by=by, now=NOW)
        except SetupRefused as refused:
            return refused.reason
        finally:
            connection.close()
        return hotline

    with ThreadPoolExecutor(2) as pool:
        said = set(pool.map(change, ["8-800-1", "8-800-2"]))
    assert SetupReason.CHANGED_MEANWHILE in said
    assert installation().hotline in said


@pytest.mark.django_db(transaction=True)
def test_of_two_who_sign_and_refuse_at_once_one_decides_and_the_other_is_told() -> None:
    stand()
    draft, second, third, start = ask(member(), bank="ПАО Другой банк"), member(), member(), Barrier(2)

    def decide(act: Callable[[], None]) -> object:
        try:
            start.wait(timeout=30)
            act()
        except SetupRefused as refused:
            return refused.reason
        finally:
            connection.close()
        return None

    def sign() -> None:
        desk.sign_draft(draft_public_id=draft, by=second, now=NOW)

    def refuse() -> None:
        desk.refuse_draft(draft_public_id=draft, reason="не наш счёт", by=third, now=NOW)

    with ThreadPoolExecutor(2) as pool:
        signed, refused = pool.map(decide, [sign, refuse])
    assert {signed, refused} == {None, SetupReason.DECIDED}
    bank = present(now=NOW).suppliers["volga"]["bank"]
    assert (bank == "ПАО Другой банк") == (signed is None)
    assert not waiting_drafts()
