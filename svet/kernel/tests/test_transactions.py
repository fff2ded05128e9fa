import time

import pytest
from django.db import DatabaseError, connection, transaction

from svet.kernel.transactions import commit_lazily, is_away, require_transaction, use_case


@pytest.mark.django_db(transaction=True)
def test_a_step_outside_a_use_case_is_stopped() -> None:
    with pytest.raises(RuntimeError):
        require_transaction()
    with use_case():
        require_transaction()


@pytest.mark.django_db(transaction=True)
def test_use_cases_do_not_nest() -> None:
    with use_case(), pytest.raises(RuntimeError), use_case():
        pass


@pytest.mark.django_db
def test_the_server_is_postgresql() -> None:
    assert connection.vendor == "postgresql"


@pytest.mark.django_db
def test_what_commits_by_itself_refuses_inside_a_transaction() -> None:
    told = "SELECT current_setting('synchronous_commit') FROM lazily WHERE off = 'off'"
    assert commit_lazily(told, []) is not None
    with use_case(), pytest.raises(RuntimeError):
        commit_lazily(told, [])


def idle_until_ended() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '10ms'")
        while True:
            cursor.execute("SELECT 1")
            time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_whom_the_server_ended_for_idling_found_it_away_and_goes_on_over_another_connection() -> None:
    with pytest.raises(DatabaseError) as ended:
        idle_until_ended()
    assert is_away(ended.value)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
