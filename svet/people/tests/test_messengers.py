"""A messenger from the link to the way out, over the sandbox's socket: Anna's, and nobody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from svet.bills import events as bill_events
from svet.config.jobs.messenger import attend_messenger
from svet.gateways import messenger as gateways
from svet.gateways.failures import Temporary
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.personal import DataSubject
from svet.kernel.places import Place
from svet.kernel.refusals import NotFound
from svet.limits.operations import LimitReached
from svet.notices import operations as notices
from svet.notices import queries
from svet.notices.exports import EXPORT
from svet.notices.jobs.messengers import take_update
from svet.notices.models import Delivery, MessengerChat, MessengerCode, MessengerUpdate, Notice
from svet.notices.operations.leaving import say_farewell
from svet.notices.operations.messengers import NotTheMessenger, hear_update
from svet.notices.operations.trying import try_messenger
from svet.notices.queries.messengers import chat
from svet.notices.rules import NO_CHAT, NoticeChannel, priority
from svet.people import operations
from svet.people.events import CODE
from svet.people.events.messenger import BOT_ANSWER
from svet.people.jobs import forget_old, read_update
from svet.people.models import Person
from svet.people.operations.at_the_office import shut_everywhere
from svet.people.rules.names import ProfileReason, ProfileRefused
from svet.people.tests.factories import make_person
from svet.privacy import events as privacy_events
from tests.jobs import run_jobs
from tests.messenger import Messenger, messenger

pytestmark = pytest.mark.django_db

BILL = {"account": "0356067000", "period": "ноябрь 2026", "total": "300,00 ₽", "due": "15.12.2026"}


@pytest.fixture
def outer(tmp_path: Path, settings: Settings) -> Iterator[Messenger]:
    with messenger(tmp_path) as running:
        settings.MESSENGER_URL = running.url
        yield running
        gateways.gateway().close()
        gateways._gateway.cache_clear()


@pytest.fixture
def anna(outer: Messenger) -> Person:
    return make_person(phone="+79117178512", email="anna@example.ru")


def hear(outer: Messenger, *, later: bool = False) -> None:
    """What people did comes to us and is answered, as by webhook."""
    bot, told = gateways.gateway(), {entry["of"] for entry in outer.journal.entries("max_told")}
    for update in outer.api._updates({"timeout": "0", "limit": "1000"})["updates"]:
        hear_update(raw=json.dumps(update).encode(), secret=bot._secret, now=timezone.now())  # type: ignore[attr-defined]
    outer.api._confirmed = len(outer.journal.entries()) + 1
    assert told is not None
    run_jobs(queue="notices", later=later)


def invite(person: Person) -> str:
    return operations.invite_messenger(person_id=person.pk, now=timezone.now()).code


def connect(outer: Messenger, person: Person, who: str = "Анна") -> str:
    user = outer.act(who, "started", invite(person))
    hear(outer)
    assert chat(person.recipient_id) is not None
    return user


def tell(person: Person) -> None:
    with transaction.atomic():
        notices.notify(
            recipient_id=person.recipient_id,
            event=bill_events.BILL_READY,
            params=BILL,
            place=Place("bill", ("0123456789abcdef",)),
            now=timezone.now(),
        )
    run_jobs(queue="notices")


def acts(person: Person) -> list[str]:
    rows = Entry.objects.filter(action__startswith="messenger.").order_by("id")
    return list(rows.values_list("action", flat=True))


def told(person: Person) -> list[tuple[str, str]]:
    rows = Delivery.objects.filter(recipient_id=person.recipient_id, event="messenger").order_by("id")
    return list(rows.values_list("channel", "subject"))


def test_a_link_connects_and_notices_arrive_without_the_number_of_the_account(
    outer: Messenger, anna: Person, settings: Settings
) -> None:
    connect(outer, anna)
    assert "сюда будут приходить уведомления" in outer.read("Анна")[0]
    view = chat(anna.recipient_id)
    assert view is not None
    assert (view.name, view.stopped) == ("Анна", False)
    assert acts(anna) == ["messenger.connected"]
    assert told(anna) == [("email", "Мессенджер MAX подключён")]
    tell(anna)
    bill = outer.read("Анна")[1]
    assert "300,00 ₽" in bill
    assert "…7000" in bill
    assert "0356067000" not in bill
    assert f"{settings.BASE_URL}/bills/0123456789abcdef/" in bill
    # The other channels say it as ever.
    assert "0356067000" in Notice.objects.get(event="bill_ready").text
    assert "0356067000" in Delivery.objects.get(event="bill_ready", channel="email").body


def test_the_code_opens_once_and_not_an_hour_later(outer: Messenger, anna: Person) -> None:
    first = invite(anna)
    second = invite(anna)
    outer.act("Вера", "started", first)
    hear(outer)
    assert chat(anna.recipient_id) is None
    MessengerCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    outer.act("Вера", "said", f"/start {second}")
    hear(outer)
    assert chat(anna.recipient_id) is None
    assert all("уже не действует" in said for said in outer.read("Вера"))
    code = invite(anna)
    outer.act("Анна", "said", code)
    outer.act("Вера", "started", code)
    hear(outer)
    assert [one.name for one in MessengerChat.objects.all()] == ["Анна"]
    assert "уже не действует" in outer.read("Вера")[-1]
    tell(anna)
    assert not any("300,00" in said for said in outer.read("Вера"))


def test_the_code_is_kept_hashed(outer: Messenger, anna: Person) -> None:
    code = invite(anna)
    row = MessengerCode.objects.get()
    assert code not in row.digest
    assert not MessengerUpdate.objects.filter(text__contains=code).exists()


def test_a_code_that_opens_nothing_is_not_kept(outer: Messenger, anna: Person) -> None:
    invite(anna)
    forget_old(now=timezone.now() + timedelta(minutes=9))
    assert MessengerCode.objects.exists()
    forget_old(now=timezone.now() + timedelta(minutes=11))
    assert not MessengerCode.objects.exists()


def test_one_reader_reads_one_cabinet_and_the_link_is_not_lost_by_it(outer: Messenger, anna: Person) -> None:
    boris = make_person(phone="+79117178513", first_name="Борис")
    connect(outer, anna)
    code = invite(boris)
    outer.act("Анна", "started", code)
    hear(outer)
    assert "другого кабинета" in outer.read("Анна")[-1]
    assert chat(boris.recipient_id) is None
    for what, text in (("said", "/stop"), ("started", code)):
        outer.act("Анна", what, text)
    hear(outer)
    assert chat(anna.recipient_id) is None
    assert chat(boris.recipient_id) is not None
    assert told(anna)[-1] == ("email", "Мессенджер MAX отключён")


def test_a_second_messenger_is_refused_and_the_first_goes_on(outer: Messenger, anna: Person) -> None:
    connect(outer, anna)
    with pytest.raises(ProfileRefused) as refused:
        invite(anna)
    assert refused.value.reason is ProfileReason.MESSENGER


def test_links_are_made_ten_times_an_hour(outer: Messenger, anna: Person) -> None:
    for _ in range(10):
        invite(anna)
    with pytest.raises(LimitReached):
        invite(anna)


@pytest.mark.parametrize("word", ["/stop", "СТОП", " стоп "])
def test_the_bot_is_told_to_stop(outer: Messenger, anna: Person, word: str) -> None:
    connect(outer, anna)
    tell_waiting(anna)
    outer.act("Анна", "said", word)
    hear(outer)
    assert chat(anna.recipient_id) is None
    assert "больше ничего не пришлём" in outer.read("Анна")[-1]
    tell(anna)
    assert not any("300,00" in said for said in outer.read("Анна")[2:])
    assert acts(anna) == ["messenger.connected", "messenger.disconnected"]


def tell_waiting(person: Person) -> None:
    """A notice that is promised and not sent yet."""
    with transaction.atomic():
        notices.notify(
            recipient_id=person.recipient_id, event=bill_events.BILL_READY, params=BILL, now=timezone.now(),
            place=Place("bill", ("0123456789abcdef",)),
        )  # fmt: skip


def test_what_waits_is_not_sent_after_it_was_disconnected(outer: Messenger, anna: Person) -> None:
    connect(outer, anna)
    tell_waiting(anna)
    operations.disconnect_messenger(person_id=anna.pk, address="", now=timezone.now())
    run_jobs(queue="notices")
    assert not any("300,00" in said for said in outer.read("Анна"))
    assert Delivery.objects.get(event="bill_ready", channel="messenger").reason == NO_CHAT
    assert queries.troubled_count(now=timezone.now(), since=timezone.now() - timedelta(days=1)) == 0
    with pytest.raises(NotFound):
        operations.disconnect_messenger(person_id=anna.pk, address="", now=timezone.now())


def test_a_silenced_bot_turns_the_channel_off_until_it_is_started_again(
    outer: Messenger, anna: Person
) -> None:
    connect(outer, anna)
    # The news of it was lost: the first message finds out.
    outer.act("Анна", "stopped")
    outer.api._confirmed = len(outer.journal.entries()) + 1
    tell(anna)
    view = chat(anna.recipient_id)
    assert view is not None
    assert view.stopped
    assert Delivery.objects.get(event="bill_ready", channel="messenger").state == "failed"
    tell(anna)
    assert Delivery.objects.filter(event="bill_ready", channel="messenger").count() == 1
    outer.act("Анна", "started")
    hear(outer)
    assert "Снова присылаем" in outer.read("Анна")[-1]
    outer.rest()
    tell(anna)
    assert "300,00" in outer.read("Анна")[-1]


def test_the_news_of_a_silenced_bot_is_enough(outer: Messenger, anna: Person) -> None:
    connect(outer, anna)
    outer.act("Анна", "stopped")
    hear(outer)
    view = chat(anna.recipient_id)
    assert view is not None
    assert view.stopped


def test_a_stranger_learns_where_to_begin_and_nothing_else(outer: Messenger, anna: Person) -> None:
    connect(outer, anna)
    for text in ("0356067000", "+79117178512", "/start", "'; DROP TABLE", "x" * 4000, "\0", "/stop"):
        outer.act("Вера", "said", text)
    hear(outer)
    run_jobs(queue="notices", later=True)
    answers = set(Delivery.objects.filter(event="bot_answer", recipient=None).values_list("body", flat=True))
    assert len(answers) == 2
    assert not any("7000" in said or "Анна" in said or "7178512" in said for said in answers)


def test_whoever_writes_on_and_on_is_not_answered_and_is_still_obeyed(outer: Messenger, anna: Person) -> None:
    connect(outer, anna)
    for number in range(25):
        outer.act("Анна", "said", f"№ {number}")
    outer.act("Анна", "said", "/stop")
    hear(outer)
    assert Delivery.objects.filter(event="bot_answer").count() == 20
    assert chat(anna.recipient_id) is None


def test_the_same_told_twice_is_acted_on_once(outer: Messenger, anna: Person) -> None:
    outer.act("Анна", "started", invite(anna))
    [update] = outer.api._updates({"timeout": "0"})["updates"]
    heard = gateways.gateway().read(json.dumps(update).encode())
    assert heard is not None
    for _ in range(3):
        take_update(heard, now=timezone.now())
    run_jobs(queue="notices")
    take_update(heard, now=timezone.now())
    run_jobs(queue="notices")
    row = MessengerUpdate.objects.get()
    operations.read_update(row.pk, now=timezone.now())
    assert len(outer.read("Анна")) == 1
    assert acts(anna) == ["messenger.connected"]
    # What was said is kept no longer than until it is read.
    assert (row.text, row.name) == ("", "")


def test_who_has_not_the_secret_is_not_heard(outer: Messenger, anna: Person, settings: Settings) -> None:
    outer.act("Вера", "started", invite(anna))
    [update] = outer.api._updates({"timeout": "0"})["updates"]
    raw = json.dumps(update).encode()
    for secret in ("", "guess"):
        with pytest.raises(NotTheMessenger):
            hear_update(raw=raw, secret=secret, now=timezone.now())
    settings.MESSENGER_URL = ""
    with pytest.raises(NotTheMessenger):
        hear_update(raw=raw, secret="", now=timezone.now())
    with pytest.raises(NotFound):
        invite(anna)
    assert not MessengerUpdate.objects.exists()
    settings.MESSENGER_URL = outer.url


def test_the_worker_sees_that_we_are_told(outer: Messenger, anna: Person, settings: Settings) -> None:
    outer.act("Анна", "started", invite(anna))
    settings.BASE_URL = "http://127.0.0.1:9"
    attend_messenger(0)
    run_jobs(queue="notices")
    assert chat(anna.recipient_id) is not None
    [listed] = outer.api._subscriptions()
    assert listed["url"].startswith("http://127.0.0.1:9/callbacks/messenger/?key=")


def test_a_messenger_that_is_away_stops_no_worker(settings: Settings) -> None:
    settings.MESSENGER_URL = "max+http://b:t@127.0.0.1:9/max"
    attend_messenger(0)
    gateways.gateway().close()
    gateways._gateway.cache_clear()


def test_a_recovery_cuts_it_off_and_so_does_the_office(outer: Messenger, anna: Person) -> None:
    connect(outer, anna)
    with transaction.atomic():
        shut_everywhere(person_id=anna.pk, by=Actor.person(anna.pk), reason="украли", now=timezone.now())
    assert chat(anna.recipient_id) is None
    body = Delivery.objects.filter(event="messenger", channel="email").latest("id").body
    assert "вместе со всеми входами" in body


def test_a_strangers_name_is_shortened_in_our_letters(outer: Messenger, anna: Person) -> None:
    update: dict[str, Any] = {
        "update_type": "bot_started",
        "timestamp": 1,
        "chat_id": 1,
        "user": {"user_id": 9, "first_name": "Вер\u202eа\n\0<b>", "last_name": "я" * 500},
        "payload": invite(anna),
    }
    secret = gateways.gateway()._secret  # type: ignore[attr-defined]
    hear_update(raw=json.dumps(update).encode(), secret=secret, now=timezone.now())
    run_jobs(queue="notices", limit=50)
    view = chat(anna.recipient_id)
    assert view is not None
    assert view.name.startswith("Вер а <b> я")
    assert len(view.name) <= 60


def test_codes_of_the_entrance_are_never_written_there(outer: Messenger, anna: Person) -> None:
    connect(outer, anna)
    with transaction.atomic():
        notices.notify(
            recipient_id=anna.recipient_id, event=CODE, params={"code": "123456"}, now=timezone.now()
        )
    run_jobs(queue="notices")
    assert not any("123456" in said for said in outer.read("Анна"))


def test_the_switches_have_a_column_for_the_reader_only(outer: Messenger, anna: Person) -> None:
    assert NoticeChannel.MESSENGER not in queries.preferences(anna.recipient_id).channels
    connect(outer, anna)
    switches = queries.preferences(anna.recipient_id)
    assert switches.matrix[bill_events.BILL_READY][NoticeChannel.MESSENGER].on
    operations.change_notifications(
        person_id=anna.pk,
        preferences={bill_events.BILL_READY: {NoticeChannel.MESSENGER: False}},
        now=timezone.now(),
    )
    tell(anna)
    assert len(outer.read("Анна")) == 1


def test_a_deleted_cabinet_leaves_nothing_of_it(outer: Messenger, anna: Person) -> None:
    user = connect(outer, anna)
    tell(anna)
    with transaction.atomic():
        say_farewell(
            recipient_id=anna.recipient_id,
            event=privacy_events.FAREWELL,
            params={"at": "28 ноября 2026, 10:00"},
            now=timezone.now(),
        )
    assert not MessengerChat.objects.exists()
    assert not MessengerUpdate.objects.exists()
    assert not Delivery.objects.filter(address=user).exists()


def act_at(moment_ms: int, kind: str, text: str = "", *, user: int = 9, read: bool = True) -> None:
    """Something somebody did at a moment of the messenger's clock is told now."""
    update: dict[str, Any] = {"update_type": f"bot_{kind}", "timestamp": moment_ms, "chat_id": user}
    update |= {"user": {"user_id": user, "first_name": "Анна"}, "payload": text}
    if kind == "said":
        message = {"sender": update["user"], "recipient": {"chat_type": "dialog"}, "body": {"text": text}}
        update = {"update_type": "message_created", "timestamp": moment_ms, "message": message}
    secret = gateways.gateway()._secret  # type: ignore[attr-defined]
    hear_update(raw=json.dumps(update).encode(), secret=secret, now=timezone.now())
    if read:
        run_jobs(queue="notices", limit=50)


def test_what_is_told_late_undoes_nothing_that_was_done_since(outer: Messenger, anna: Person) -> None:
    user = int(outer.act("Анна", "started"))
    act_at(1_000, "started", invite(anna), user=user)
    act_at(3_000, "started", user=user)
    act_at(2_000, "stopped", user=user)
    view = chat(anna.recipient_id)
    assert view is not None
    assert not view.stopped
    operations.disconnect_messenger(person_id=anna.pk, address="", now=timezone.now())
    act_at(5_000, "started", invite(anna), user=user)
    act_at(4_000, "said", "/stop", user=user)
    assert chat(anna.recipient_id) is not None
    act_at(6_000, "said", "/stop", user=user)
    assert chat(anna.recipient_id) is None


def test_a_crowd_fills_no_table(outer: Messenger, anna: Person) -> None:
    secret = gateways.gateway()._secret  # type: ignore[attr-defined]
    for number in range(210):
        update = {
            "update_type": "bot_started",
            "timestamp": number + 1,
            "chat_id": 9,
            "user": {"user_id": 9, "first_name": "Вера"},
        }
        hear_update(raw=json.dumps(update).encode(), secret=secret, now=timezone.now())
    assert MessengerUpdate.objects.count() == 200


def test_codes_of_the_entrance_go_before_whatever_people_write_to_the_bot(
    outer: Messenger, anna: Person
) -> None:
    assert priority(BOT_ANSWER) < priority(CODE)
    act_at(1_000, "started", read=False)
    [reading] = ProcrastinateJob.objects.filter(task_name="people.read_update")
    assert reading.priority < priority(CODE)


def test_reading_that_failed_is_done_again(outer: Messenger, anna: Person) -> None:
    assert read_update.get_retry_exception(OSError(), SimpleNamespace(attempts=0)) is not None  # type: ignore[arg-type]


def test_a_link_ends_with_the_sessions(outer: Messenger, anna: Person) -> None:
    code = invite(anna)
    operations.end_other_sessions(person_id=anna.pk, session_key="", address="", now=timezone.now())
    act_at(1_000, "started", code)
    assert chat(anna.recipient_id) is None


def test_a_messenger_that_asks_to_be_left_alone_is(
    outer: Messenger, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(outer, anna)
    bot = type(gateways.gateway())

    def busy(self: object, *, to: str, text: str) -> str:
        raise Temporary("max: 429", retry_after=900)

    monkeypatch.setattr(bot, "send", busy)
    tell(anna)
    waits = Delivery.objects.get(event="bill_ready", channel="messenger")
    assert 880 < (waits.due_at - timezone.now()).total_seconds() <= 900


def test_a_trial_writes_where_the_phone_reads_and_says_why_it_did_not(
    outer: Messenger, anna: Person, settings: Settings
) -> None:
    assert not try_messenger(phone=anna.phone).taken
    connect(outer, anna)
    outer.rest()
    kept = Delivery.objects.count()
    assert try_messenger(phone=anna.phone).taken
    assert "Это проверка" in outer.read("Анна")[-1]
    assert Delivery.objects.count() == kept
    settings.MESSENGER_URL = ""
    assert "SVET_MESSENGER_URL" in try_messenger(phone=anna.phone).said
    settings.MESSENGER_URL = outer.url


def test_the_copy_has_the_number_and_name_even_without_a_bot(
    outer: Messenger, anna: Person, settings: Settings
) -> None:
    user = connect(outer, anna)
    settings.MESSENGER_URL = ""
    [section] = [one for one in EXPORT.sections if one.key == "messenger"]
    rows: Any = section.rows(DataSubject(anna.pk, anna.recipient_id))
    [row] = rows
    assert (row["number"], row["name"]) == (user, "Анна")
    settings.MESSENGER_URL = outer.url


def test_whoever_was_given_anothers_link_sees_that_the_cabinet_is_not_theirs(
    outer: Messenger, anna: Person
) -> None:
    connect(outer, anna)
    assert "с телефоном +7\u00a0911\u00a0***-**-12." in outer.read("Анна")[-1]
    outer.act("Вера", "said", "чей это кабинет?")
    hear(outer)
    assert "***" not in outer.read("Вера")[-1]
