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


_BROKEN = """
import importlib
import svet.config.wsgi

def broken(environ, start_response):
    raise ValueError("Missing staticfiles manifest entry")

svet.config.wsgi.application = broken
web = importlib.import_module("svet.config.web")
print(sorted(web.application.direct))
"""


def test_the_program_loads_where_no_page_can_be_made_so_that_it_can_say_so() -> None:
    """On a machine without static files a worker died at its start, and `/ready/` could say nothing."""
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    done = subprocess.run(
        [sys.executable, "-c", _BROKEN], env=kept, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "['/health/', '/ready/']"), done.stderr[-2000:]
