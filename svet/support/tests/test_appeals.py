"""Appeals: Anna writes, Olga answers, Vera sees nothing."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from svet.accounts.queries import AccountNotFound
from svet.accounts.tests.factories import make_account, make_link
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.limits.operations import LimitReached
from svet.limits.rules import LIMITS, LimitName
from svet.notices.models import Notice
from svet.people.models import Person
from svet.people.tests.factories import make_person
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member
from svet.support import operations, queries, texts
from svet.support.models import Appeal, AppealChange, Message
from svet.support.queries import AppealNotFound
from svet.support.rules import (
    MOVES,
    AppealState,
    SupportReason,
    SupportRefused,
    answer_due,
    checked_text,
)
from svet.support.tests.factories import make_appeal, picture

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)


def by(person: Person) -> Actor:
    return Actor.person(person.pk)


@pytest.fixture
def anna(db: None) -> Person:
    return make_person()


@pytest.fixture
def olga(db: None) -> Actor:
    return Actor.staff(make_member().person_id, name="Ольга Смирнова")


def state_of(appeal: Appeal) -> str:
    return str(Appeal.objects.get(pk=appeal.pk).state)


def test_every_state_is_reached_and_only_closed_is_the_end() -> None:
    reached = set(itertools.chain.from_iterable(MOVES.values()))
    assert reached == set(AppealState) - {AppealState.NEW}
    assert [state for state, moves in MOVES.items() if not moves] == [AppealState.CLOSED]
    assert not MOVES.allows(AppealState.CLOSED, AppealState.TAKEN)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("", SupportReason.NO_WORDS),
        (" \r\n\t ", SupportReason.NO_WORDS),
        ("\0", SupportReason.NO_WORDS),
        ("я" * 4001, SupportReason.TOO_LONG),
    ],
)
def test_empty_and_endless_words_are_refused_with_what_to_do(words: str, reason: SupportReason) -> None:
    with pytest.raises(SupportRefused) as refusal:
        checked_text(words)
    assert refusal.value.reason is reason
    assert texts.explain(refusal.value)


def test_the_answer_is_due_in_calendar_days_over_the_end_of_a_year() -> None:
    assert answer_due(datetime(2026, 12, 25).date(), days=10).isoformat() == "2027-01-04"


def test_a_thread_goes_from_new_to_closed_and_keeps_every_step(anna: Person, olga: Actor) -> None:
    appeal = make_appeal(person=anna, now=NOW)
    operations.take(by=olga, appeal_public_id=appeal.public_id, now=LATER)
    operations.take(by=olga, appeal_public_id=appeal.public_id, now=LATER)
    operations.answer(
        by=olga, appeal_public_id=appeal.public_id, words="Прибор сменили 5 октября.", key=uuid4(), now=LATER
    )
    assert state_of(appeal) == AppealState.ANSWERED
    notice = Notice.objects.get(recipient_id=anna.recipient_id)
    assert (notice.event, notice.url) == ("appeal_answered", f"/help/appeals/{appeal.public_id}/")
    operations.write_on(
        by=by(anna), appeal_public_id=appeal.public_id, words="А почему?", key=uuid4(), now=LATER
    )
    assert state_of(appeal) == AppealState.TAKEN
    operations.close(by=by(anna), appeal_public_id=appeal.public_id, now=LATER)
    operations.close(by=by(anna), appeal_public_id=appeal.public_id, now=LATER)
    with pytest.raises(SupportRefused) as refusal:
        operations.write_on(
            by=by(anna), appeal_public_id=appeal.public_id, words="Ещё", key=uuid4(), now=LATER
        )
    assert refusal.value.reason is SupportReason.CLOSED
    changes = AppealChange.objects.filter(appeal=appeal).values_list("to_state", flat=True)
    assert list(changes) == ["new", "taken", "answered", "taken", "closed"]
    view = queries.appeal_for(by(anna), public_id=appeal.public_id)
    assert [message.own for message in view.messages] == [True, False, True]
    assert view.messages[1].author == "Ольга Смирнова"
    assert Entry.objects.filter(subject="appeal", subject_id=appeal.public_id).count() == 8


def test_the_same_key_is_one_appeal_and_other_words_are_a_conflict(anna: Person) -> None:
    key = uuid4()
    one = make_appeal(person=anna, now=NOW, key=key, photo_public_ids=[])
    assert make_appeal(person=anna, now=NOW, key=key, photo_public_ids=[]).pk == one.pk
    with pytest.raises(operations.SupportConflict):
        make_appeal(person=anna, now=NOW, key=key, photo_public_ids=[], words="Другое")
    assert (Appeal.objects.count(), Message.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_at_once_are_one_appeal() -> None:
    anna, key = make_person(), UUID(int=7)

    def click(_: int) -> int:
        try:
            return make_appeal(person=anna, now=NOW, key=key, photo_public_ids=[]).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(click, range(20)))) == 1
    assert (Appeal.objects.count(), Message.objects.count()) == (1, 1)


def test_vera_neither_reads_nor_writes_and_may_not_name_annas_account(anna: Person) -> None:
    vera, account = make_person(), make_account()
    make_link(person=anna, account=account)
    appeal = make_appeal(person=anna, now=NOW, account_public_id=account.public_id)
    (photo,) = queries.appeal_for(by(anna), public_id=appeal.public_id).messages[0].photos
    with pytest.raises(AppealNotFound):
        queries.appeal_for(by(vera), public_id=appeal.public_id)
    with pytest.raises(AppealNotFound):
        queries.photo_for(by(vera), public_id=photo)
    with pytest.raises(AppealNotFound):
        operations.write_on(by=by(vera), appeal_public_id=appeal.public_id, words="x", key=uuid4(), now=NOW)
    with pytest.raises(AppealNotFound):
        operations.close(by=by(vera), appeal_public_id=appeal.public_id, now=NOW)
    with pytest.raises(AccountNotFound):
        make_appeal(person=vera, now=NOW, account_public_id=account.public_id)
    assert queries.appeals_of(vera.pk) == []
    assert Message.objects.count() == 1


def test_appeals_of_one_person_a_day_are_limited(anna: Person) -> None:
    for _ in range(LIMITS[LimitName.APPEALS_PER_PERSON].amount):
        make_appeal(person=anna, now=NOW, photo_public_ids=[])
    with pytest.raises(LimitReached):
        make_appeal(person=anna, now=NOW, photo_public_ids=[])


def test_answered_appeals_close_after_a_silent_month_and_others_do_not(anna: Person, olga: Actor) -> None:
    answered, waits = (
        make_appeal(person=anna, now=NOW),
        make_appeal(person=anna, now=NOW, photo_public_ids=[]),
    )
    operations.answer(by=olga, appeal_public_id=answered.public_id, words="Да.", key=uuid4(), now=NOW)
    assert operations.close_quiet(now=NOW + timedelta(days=30)) == 0
    assert operations.close_quiet(now=NOW + timedelta(days=30, seconds=1)) == 1
    assert (state_of(answered), state_of(waits)) == (AppealState.CLOSED, AppealState.NEW)


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def form(**changes: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), "topic": "bill", "words": "Почему больше?", "account": ""} | changes


def test_the_pages_write_show_and_close(anna: Person) -> None:
    client = signed_in(anna)
    assert "Здесь будут ваши обращения" in client.get("/help/appeals/").content.decode()
    files = [SimpleUploadedFile("a.png", picture(color=color)) for color in ("red", "blue")]
    sent = client.post("/help/appeals/new/", form(photo=files))
    appeal = Appeal.objects.get()
    assert sent.headers["location"] == f"/help/appeals/{appeal.public_id}/"
    page = client.get(sent.headers["location"]).content.decode()
    assert appeal.number in page
    assert page.count("<img") >= 2
    photo = page.split("/help/appeals/photos/")[1].split('"')[0]
    shown = client.get(f"/help/appeals/photos/{photo}")
    assert (shown["Content-Type"], shown.content[:2]) == ("image/jpeg", b"\xff\xd8")
    client.post(f"/help/appeals/{appeal.public_id}/close/")
    assert "Обращение закрыто" in client.get(f"/help/appeals/{appeal.public_id}/").content.decode()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"words": ""}, "words_error", "хватит одного предложения"),
        ({"topic": "weather"}, "topic_error", "Выберите тему"),
        ({"photo": SimpleUploadedFile("a.png", b"<svg onload=alert(1)>")}, "photo_error", ""),
    ],
    ids=["words", "topic", "photo"],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    anna: Person, changes: dict[str, Any], field: str, words: str
) -> None:
    client = signed_in(anna)
    answer = client.post("/help/appeals/new/", form(**{"words": "Текст <b>", **changes}))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page.split(f'id="{field}"')[1].split("</ul>")[0]
    assert "<b>" not in page.split("<main")[1].split("</main>")[0]
    assert not Appeal.objects.exists()
    if "words" not in changes:
        assert "Текст &lt;b&gt;" in page


def test_a_photo_outlives_a_mistake_in_the_words(anna: Person) -> None:
    client = signed_in(anna)
    page = client.post(
        "/help/appeals/new/", form(words="", photo=SimpleUploadedFile("a.png", picture()))
    ).content.decode()
    kept = page.split('name="photo_id" value="')[1].split('"')[0]
    client.post("/help/appeals/new/", form(photo_id=kept))
    assert queries.appeals_of(anna.pk)[0].messages[0].photos == (kept,)


def test_the_desk_answers_and_the_engineer_may_but_the_guardian_may_not(anna: Person) -> None:
    appeal = make_appeal(person=anna, now=NOW, words="Почему <script>?")
    desk = working(make_member(role=Role.OPERATOR))
    assert appeal.number in desk.get("/staff/appeals/").content.decode()
    thread = desk.get(f"/staff/appeals/{appeal.public_id}/").content.decode()
    assert "Почему &lt;script&gt;?" in thread
    empty = desk.post(f"/staff/appeals/{appeal.public_id}/answer/", {"words": " ", "key": str(uuid4())})
    assert empty.status_code == 422
    desk.post(f"/staff/appeals/{appeal.public_id}/answer/", {"words": "Потому.", "key": str(uuid4())})
    assert state_of(appeal) == AppealState.ANSWERED
    assert "Потому." in signed_in(anna).get(f"/help/appeals/{appeal.public_id}/").content.decode()
    assert working(make_member(role=Role.SECURITY)).get("/staff/appeals/").status_code == 403
    assert (
        "Все обращения отвечены"
        in working(make_member(role=Role.BILLING)).get("/staff/appeals/").content.decode()
    )
