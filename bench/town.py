"""The town the readings are sent for: accounts and meters by the registers' own operations.

    python -m bench.town METERS      prints where the keys of each table begin, as JSON

Persons, links, keys and sessions are written as rows: hashing thousands of passwords would only cost time.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from decimal import Decimal
from typing import Any

#: Between the keys of two tables, so that a number in a statement tells whose it is.
GAP = 1_000_000
#: Months of readings every meter has before the measurement.
MONTHS = 2


def spread_keys() -> dict[str, int]:
    """Let each table's keys begin at a million of its own; says where, by table."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, pg_get_serial_sequence(quote_ident(c.table_name), c.column_name)"
            " FROM information_schema.columns c"
            " WHERE c.table_schema = 'public' AND c.column_name = 'id' AND c.is_identity = 'YES' ORDER BY 1"
        )
        begins = {}
        for place, (table, sequence) in enumerate(cursor.fetchall(), start=12):
            cursor.execute("SELECT setval(%s, %s)", [sequence, place * GAP])
            begins[table] = place * GAP
        return begins


def build(meters: int) -> dict[str, int]:
    """Fill the database; says by table where its keys begin."""
    from django.utils import timezone

    from bench.requests import DAY, NIGHT
    from svet.accounts.operations import NewAccount, add_provider, create_accounts
    from svet.billing import operations as billing
    from svet.kernel.actors import Actor
    from svet.kernel.periods import Month
    from svet.metering.operations import BatchRow, MeterRow, install_meters, submit_batch
    from svet.metering.rules import ReadingChannel, Zone
    from svet.tariffs.operations import shipped_files

    now = timezone.now()
    begins = spread_keys()
    by = Actor.system("bench")
    month = Month.of(timezone.localdate())
    installed = month.plus(-MONTHS - 1).first
    provider = add_provider(code="bench", name="Bench", region="Челябинская область")
    for file in shipped_files():
        billing.load_tariffs(file=file, now=now)
    accounts = create_accounts(
        provider_id=provider.provider_id,
        rows=[
            NewAccount(
                number=f"{number:010d}",
                holder_name="Житель",
                city="Челябинск",
                street="ул. Примерная",
                house=str(number // 100),
                flat=str(number % 100),
                opened_on=installed,
                tariff_group="1.1",
            )
            for number in range(1, meters + 1)
        ],
        by=by,
        now=now,
    )
    steps = {Zone.DAY: Decimal(DAY) / (MONTHS + 1), Zone.NIGHT: Decimal(NIGHT) / (MONTHS + 1)}
    standing = install_meters(
        rows=[
            MeterRow(
                account_id=account, serial=f"{number:08d}", installed_on=installed, scheme=2, initial=steps
            )
            for number, account in enumerate(accounts, start=1)
        ],
        by=by,
        now=now,
    )
    submit_batch(
        rows=[
            BatchRow(
                meter_id=meter,
                values={zone: step * (turn + 1) for zone, step in steps.items()},
                read_on=month.plus(turn - MONTHS - 1).first + timedelta(days=20),
            )
            for meter in standing
            for turn in range(1, MONTHS + 1)
        ],
        channel=ReadingChannel.OFFICE,
        by=by,
        now=now,
        confirmed=True,
    )
    _open_cabinets(meters, begins)
    assert (accounts[0], standing[0]) == (
        begins["accounts_account"] + 1,
        begins["metering_meter"] + 1,
    ), "keys are not where they should be"
    return begins


def _open_cabinets(meters: int, begins: dict[str, int]) -> None:
    """Persons with a cabinet of a few accounts each, a personal key and an open session."""
    from django.contrib.auth.hashers import make_password
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection
    from django.utils import timezone

    from bench.requests import HELD
    from svet.people.models import Person

    now = timezone.now()
    password = make_password("Bench-2026!")
    moment = now.timestamp()
    state = {
        "_auth_user_backend": "django.contrib.auth.backends.ModelBackend",
        "_auth_user_hash": Person(password=password).get_session_auth_hash(),
        "opened_at": moment,
        "slid_at": moment,
    }
    person = begins["people_person"]
    count = -(-meters // HELD)
    with connection.cursor() as cursor:
        values: dict[str, Any] = {
            "now": now, "password": password, "count": count, "held": HELD, "person": person,
            "recipient": begins["notices_recipient"], "group": begins["accounts_group"],
            "link": begins["accounts_link"], "token": begins["people_token"],
            "account": begins["accounts_account"], "meters": meters,
        }  # fmt: skip
        # One at a time: a statement whose parameters the server binds stands alone in its text.
        for statement in _CABINETS:
            cursor.execute(statement, values)
        store = SessionStore()
        with cursor.copy("COPY django_session (session_key, session_data, expire_date) FROM STDIN") as copy:
            from bench.requests import session_of

            for key in range(person + 1, person + count + 1):
                data = store.encode({"_auth_user_id": str(key), **state})
                copy.write_row((session_of(key), data, now + timedelta(days=14)))
        cursor.execute("ANALYZE")


_CABINETS = (
    """
INSERT INTO notices_recipient (phone, email, email_confirmed, language, email_on, sms_on, preferences)
    SELECT '+79' || lpad(n::text, 9, '0'), '', false, 'ru', true, true, '{}'
    FROM generate_series(1, %(count)s) n ORDER BY n
""",
    """
INSERT INTO people_person (password, public_id, phone, first_name, patronymic, last_name, sex, email,
        recipient_id, language, is_staff, is_active, large_text, theme, created_at, password_changed_at,
        journal_key)
    SELECT %(password)s, 'p' || lpad(n::text, 15, '0'), '+79' || lpad(n::text, 9, '0'),
        'Анна', '', '', '', '', %(recipient)s + n, 'ru', false, true, false, '', %(now)s, %(now)s, ''
    FROM generate_series(1, %(count)s) n ORDER BY n
""",
    """
INSERT INTO people_token (public_id, person_id, name, scopes, digest, hint, created_at, expires_at)
    SELECT 't' || lpad(n::text, 15, '0'), %(person)s + n, 'bench',
        '["readings:read", "readings:write"]'::jsonb,
        encode(sha256(('svet_' || lpad((%(person)s + n)::text, 43, '0'))::bytea), 'hex'), '0000', %(now)s,
        %(now)s::timestamptz + interval '1 year'
    FROM generate_series(1, %(count)s) n ORDER BY n
""",
    """
INSERT INTO accounts_group (public_id, person_id, name, position, is_default, folded)
    SELECT 'g' || lpad(n::text, 15, '0'), %(person)s + n, 'Мои абоненты', 0, true, false
    FROM generate_series(1, %(count)s) n ORDER BY n
""",
    """
INSERT INTO accounts_link (public_id, person_id, account_id, group_id, alias, position, can_view,
        can_submit, can_pay, can_manage, linked_at, confirmed_at)
    SELECT 'l' || lpad(n::text, 15, '0'), %(person)s + (n - 1) / %(held)s + 1, %(account)s + n,
        %(group)s + (n - 1) / %(held)s + 1, '', n, true, true, true, true, %(now)s, %(now)s
    FROM generate_series(1, %(meters)s) n ORDER BY n
""",
    """
UPDATE metering_meter SET public_id = 'm' || lpad(id::text, 15, '0')
""",
)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "svet.config.settings")
    import django

    django.setup()
    print(json.dumps(build(int(sys.argv[1]))))
