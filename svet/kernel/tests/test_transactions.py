import pytest
from django.db import connection

from svet.kernel.transactions import require_transaction, use_case


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
