"""A pytest plugin: every run gets its own embedded PostgreSQL, unless SVET_TEST_DATABASE_URL names a server.

It is loaded with ``-p`` before the settings are read, so run ``python -m pytest`` from the project root.
Workers of pytest-xdist inherit the address, so one server serves them all, each with its own database. The
catalogues are compiled as every start of Svet compiles them.
"""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

# A run starts Svet some hundred times over: what one start compiled, no other compiles again.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

os.environ["SVET_ENV"] = "test"
os.environ.setdefault("SVET_DATA", str(Path(tempfile.gettempdir()) / "svet-test-data"))

# What this run makes once, see tests.prepared. Registered before the server is stopped, so done after it.
if "SVET_TEST_FOLDER" not in os.environ:
    os.environ["SVET_TEST_FOLDER"] = tempfile.mkdtemp(prefix="svet-test-")
    atexit.register(shutil.rmtree, os.environ["SVET_TEST_FOLDER"], ignore_errors=True)

if "SVET_TEST_DATABASE_URL" in os.environ:
    os.environ["SVET_DATABASE_URL"] = os.environ["SVET_TEST_DATABASE_URL"]
else:
    from svet.launcher.postgres import Server

    _server = Server(
        Path(os.environ["SVET_TEST_FOLDER"]),
        settings={"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"},
    )
    # Registered first, so that it also runs when the start is interrupted half-way.
    atexit.register(_server.stop)
    _server.start()
    os.environ["SVET_DATABASE_URL"] = os.environ["SVET_TEST_DATABASE_URL"] = _server.url()

# Django reads a catalogue once per process: it must be there before the first test.
from svet.launcher.catalogues import compile_catalogues

compile_catalogues(say=print)

# The static files' server looks for its folder at every start and warns when there is none.
(Path(os.environ["SVET_DATA"]) / "static").mkdir(parents=True, exist_ok=True)
