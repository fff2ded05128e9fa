from __future__ import annotations

from datetime import UTC, datetime
from unittest import mock

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from svet.journal import jobs, operations, queries
from svet.journal.models import Entry, Seal
from svet.kernel.actors import Actor

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ANNA = Actor.person(1, address="192.0.2.1")


def act(action: str = "names.changed") -> None:
    with transaction.atomic():
        operations.record(
            by=ANNA,
            action=action,
            subject="person",
            subject_id="abc",
            now=NOW,
            before={"name": "Анна"},
            after={"name": "Анна Петровна"},
        )


def tamper(statement: str) -> None:
    """Do what only the owner of the database can: switch the guard off and rewrite the past."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_entry DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE journal_entry ENABLE TRIGGER USER")


def sealed() -> Seal:
    """Seal all that was written, as if no older transaction ran on the server.

    Nothing else writes into this database; but a long test in another database of the same server would
    hold the horizon back for as long as it runs.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        following = int(cursor.fetchone()[0]) + 1
    with mock.patch.object(jobs, "oldest_running", return_value=following):
        seal = jobs.seal_now(now=NOW)
    assert seal is not None
    return seal


def forget(seal: Seal) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_seal DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM journal_seal WHERE id = %s", [seal.pk])
        cursor.execute("ALTER TABLE journal_seal ENABLE TRIGGER USER")


def empty() -> None:
    """Take the tables back: the guard also stands in the way of the test's own cleaning."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE journal_sealhead")
        for table in ("journal_entry", "journal_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(f"TRUNCATE {table}")
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.mark.django_db
def test_recording_needs_the_transaction_of_the_change() -> None:
    act()
    entry = Entry.objects.get()
    assert (entry.actor_person_id, entry.address, entry.before) == (1, "192.0.2.1", {"name": "Анна"})


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE journal_entry SET action = 'x'", "DELETE FROM journal_entry"])
def test_nobody_rewrites_the_journal(statement: str) -> None:
    act()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement)
    assert Entry.objects.get().action == "names.changed"


@pytest.mark.django_db
def test_security_events_open_their_own_transaction() -> None:
    operations.record_security(by=ANNA, action="sign_in.refused", now=NOW, details={"tries": 3})
    assert Entry.objects.get().security is True


class TestSealing:
    @pytest.fixture(autouse=True)
    def _committed(self, transactional_db: None) -> object:
        yield
        empty()

    def test_seals_follow_one_another_and_prove_what_they_cover(self) -> None:
        act()
        act()
        first = sealed()
        assert first.count == 2
        assert jobs.seal_now(now=NOW) is None
        act()
        second = sealed()
        assert second.previous == first.digest
        assert queries.broken_seals() == []

    def test_what_is_written_beside_a_running_transaction_waits_for_its_end(self) -> None:
        act()
        with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
            written = other.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
            act()
            assert written is not None
            assert jobs.oldest_running() <= written[0]
            seal = jobs.seal_now(now=NOW)
            assert seal is None or (seal.count, seal.to_xact <= written[0]) == (1, True)

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE journal_entry SET action = 'other'",
            "DELETE FROM journal_entry WHERE id = (SELECT min(id) FROM journal_entry)",
            "UPDATE journal_entry SET at = at + interval '1 day'",
        ],
    )
    def test_a_rewritten_past_breaks_its_seal(self, statement: str) -> None:
        act()
        act()
        seal = sealed()
        tamper(statement)
        assert queries.broken_seals() == [f"печать журнала {seal.pk}: записи под ней изменены"]

    def test_a_removed_seal_breaks_the_chain(self) -> None:
        for _ in range(3):
            act()
            sealed()
        middle = Seal.objects.order_by("id")[1]
        forget(middle)
        assert len(queries.broken_seals()) == 2

    def test_entries_deleted_together_with_the_newest_seal_are_missed(self) -> None:
        act()
        first = sealed()
        act()
        newest = sealed()
        noted = queries.seal_head()
        assert noted == queries.HeadView(newest.pk, newest.digest)
        assert queries.has_head(noted)
        assert queries.has_head(queries.HeadView(first.pk, first.digest[:16]))
        tamper(f"DELETE FROM journal_entry WHERE written_in >= {newest.from_xact}")
        forget(newest)
        (missed,) = queries.broken_seals()
        assert missed.startswith(f"печати журнала кончаются на {first.pk}, а должны на {newest.pk}")
        # Whoever knows of that row too cannot know what was noted down elsewhere.
        with connection.cursor() as cursor:
            cursor.execute("UPDATE journal_sealhead SET seal_id = %s, digest = %s", [first.pk, first.digest])
        assert queries.broken_seals() == []
        assert not queries.has_head(noted)

    def test_a_chain_whose_end_nobody_knows_is_broken(self) -> None:
        act()
        seal = sealed()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM journal_sealhead")
        (breach,) = queries.broken_seals()
        assert breach.startswith(f"печати журнала кончаются на {seal.pk}, а должны на 0")
