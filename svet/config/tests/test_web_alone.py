"""What a worker of granian does first: it loads the program with nothing set up before."""

from __future__ import annotations

import os
import subprocess
import sys

#: What it has read stays out of the search for garbage, which goes on; libraries of a rare page wait for it.
LOADED = """
import gc, sys
import svet.config.web
assert gc.isenabled(), "nobody looks for garbage any more"
assert gc.get_freeze_count() > 200_000, "what a start has read is looked through for ever"
assert not {"xlsxwriter", "authlib", "joserfc"} & set(sys.modules), "read before anybody asks for it"
"""


def test_the_program_loads_in_a_process_of_its_own() -> None:
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        env=kept,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
