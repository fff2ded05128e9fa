"""``python -m tests.upgrade.bring``: bring the database of SVET_DATABASE_URL where a line of the input says.

The line is ``recorded`` or ``newest``, the answer a line with the exit code. Each way is gone by a process of
its own, forked from this one, which has read Svet once for all of them.
"""

from __future__ import annotations

import os
import sys

SAMPLE = ("sample", "0001_initial")


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.upgrade.settings"
    import django

    django.setup()
    from django.db.migrations.loader import MigrationLoader

    MigrationLoader(None)  # which reads all migrations: whoever is forked finds them read
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _bring(line.strip())
            return
        status = os.waitpid(child, 0)[1]
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _bring(where: str) -> None:
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
    main()
