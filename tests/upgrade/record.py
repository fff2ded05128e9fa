"""``make baseline``: write down which migrations there are, and the rows of the authorisation's world."""

from __future__ import annotations

import os
import sys
from unittest import mock

import tests.embedded_database  # noqa: F401  # its server stands before the settings are read


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "svet.config.settings")
    import django

    django.setup()
    import psycopg
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader
    from django.test.utils import setup_test_environment

    from svet.gateways import acquiring
    from svet.payments.tests.factories import StubBank
    from tests.authorisation.world import build
    from tests.upgrade.recorded import NAMES, ROWS, keep

    setup_test_environment()
    before = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        with mock.patch.object(acquiring, "gateway", return_value=StubBank()):
            build()
        connection.ensure_connection()
        assert isinstance(connection.connection, psycopg.Connection)
        keep(connection.connection, MigrationLoader(None).disk_migrations)
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)
    names, size = len(NAMES.read_text("ascii").split()), ROWS.stat().st_size
    sys.stdout.write(f"{names} migrations, {size / 1024:.0f} kB of rows\n")


if __name__ == "__main__":
    main()
