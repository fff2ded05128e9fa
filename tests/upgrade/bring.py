"""``python -m tests.upgrade.bring recorded|newest``: bring the database of SVET_DATABASE_URL there."""

from __future__ import annotations

import os
import sys

SAMPLE = ("sample", "0001_initial")


def main(where: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.upgrade.settings"
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from svet.config.management.commands.migrate import WholeExecutor
    from tests.upgrade.recorded import recorded

    if where == "recorded":
        newest = dict(sorted(recorded()))
        WholeExecutor(connection).migrate([*newest.items(), SAMPLE])
    else:
        call_command("migrate", verbosity=0, interactive=False)


if __name__ == "__main__":
    main(sys.argv[1])
