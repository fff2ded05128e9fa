"""What every test run shares."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partialmethod
from importlib import import_module
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.core.management.commands import flush
from django.db import transaction
from django.db.backends.postgresql.creation import DatabaseCreation
from django.db.backends.postgresql.operations import DatabaseOperations
from django.http import HttpRequest  # noqa: TID251 - in the place of Django's own client
from django.template.base import Template
from django.template.context import Context
from django.test.client import Client, ClientHandler
from django.test.signals import template_rendered
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis.internal.constants_ast import constants_from_module
from whitenoise.middleware import WhiteNoiseMiddleware
from xdist.scheduler import LoadScopeScheduling

from svet.kernel.serving import _FOR_GOOD
from svet.people.models.hashing import PasswordHasher
from tests.hurried import eager_errands
from tests.prepared import copy_database, is_shared

ROOT = Path(__file__).parent
# How fast a machine draws its examples says nothing of the code: it may be full of others' work.
hypothesis_settings.register_profile("svet", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("svet")
#: What guessing a password costs has a test of its own; a run signs in thousands of times.
PASSWORD_COSTS = {"memory_cost": PasswordHasher.memory_cost, "time_cost": PasswordHasher.time_cost}
PasswordHasher.memory_cost, PasswordHasher.time_cost = 8, 1
#: What takes longest is begun first: a worker that meets it last works on alone while the other has finished.
LONGEST = (
    "tests/journeys/",
    "tests/face/test_every_page.py",
    "svet/sandbox/town/",
    "svet/launcher/",
    "tests/standing/",
    "tests/authorisation/",
    "tests/upgrade/",
    "svet/exchange/tests/test_large.py",
    "svet/payments/tests/test_kills.py",
    "tests/face/",
    "tests/attacks/",
    "tests/",
    "svet/",
)


@cache
def shared_by(file: str) -> str:
    """Within what a test shares a costly thing with others: its folder, its file, or nothing."""
    path = ROOT / file
    beside = path.with_name("conftest.py")
    if beside.is_file() and 'fixture(scope="package")' in beside.read_text("utf-8"):
        return str(path.parent.relative_to(ROOT))
    # A fixture of its own, one of another module, which it names beside those it lends out, or what it keeps.
    marks = ('fixture(scope="module")', '"standing"]', "\n@cache\n")
    return file if path.is_file() and any(mark in path.read_text("utf-8") for mark in marks) else ""


class SharersTogether(LoadScopeScheduling):
    """Every test goes to whichever worker is free; those that share a demo or a node process share a worker.

    They are given out in the order of ``LONGEST``. The marker of pytest-xdist for this writes into
    an attribute that pytest 9.2 no longer reads.
    """

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid.partition("::")[0]) or nodeid

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Forget what is done: at each test all that a worker was ever given is counted through again."""
        scope = self._split_scope(self.registered_collections[node][item_index])
        super().mark_test_complete(node, item_index, duration)
        if all(self.assigned_work[node][scope].values()):
            del self.assigned_work[node][scope]


#: Ten thousand tests are collected, and nothing of it is garbage; what follows looks for it from the loop on.
gc.disable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """What was imported stays to the end of the run; looking through it over and over took a tenth of it."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Of a fresh clone each worker rewrites its share of the tests, and reads what the others have rewritten.

    All of them collect the same files in the same order, so all would rewrite and compile all of them.
    """
    worker = getattr(session.config, "workerinput", None)
    if worker is None:
        return
    files = sorted(path for folder in ("svet", "tests") for path in (ROOT / folder).rglob("test_*.py"))
    mine = int(worker["workerid"].removeprefix("gw"))
    shared = files[mine :: worker["workercount"]]
    read = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in shared}
    for name in sorted(read):
        with suppress(Exception, pytest.skip.Exception):  # whoever collects it tells what is wrong with it
            import_module(name)
    _note_constants(lambda name: name in read or crc32(name.encode()) % worker["workercount"] == mine)


def _note_constants(is_mine: Callable[[str], bool]) -> None:
    """Hypothesis draws from the constants of our code, for which each worker would look through all of it.

    What one has found stands in a file, where the others find it behind their collection.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("svet", "tests") and is_mine(name):
            constants_from_module(module)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: Any) -> None:
    """A test that loads what granian loads does not make this process one of pages for all behind it."""
    _FOR_GOOD.clear()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: Any) -> None:
    """Nor does a fixture that loads it."""
    _FOR_GOOD.clear()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> SharersTogether:
    config.option.loadscopereorder = False  # by how many tests they hold, which says nothing of how long
    return SharersTogether(config, log)


def pytest_collection_modifyitems(config: Any, items: list[pytest.Item]) -> None:
    """Give the longest out first; whoever runs one file, or without workers, keeps the order of the files."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: [not item.nodeid.startswith(folder) for folder in LONGEST])


#: What a migration wrote and no test may miss: the first agreements, what Django itself keeps about tables.
STAYS = {"site_agreement", "django_content_type", "auth_permission"}
#: The queue is not Django's: a job left behind would be run, or counted, by another test.
QUEUE = ["procrastinate_events", "procrastinate_periodic_defers", "procrastinate_jobs"]


@pytest.fixture(scope="session", autouse=True)
def flushing_deletes_what_a_test_wrote() -> Any:
    """Empty the tables after a transactional test: it wrote into ten of them, so ten are emptied, row by row.

    TRUNCATE makes new files for every table there is, and Django then writes the same content types anew;
    that took longer than most tests. Append-only triggers rightly refuse: the test database's owner is a
    superuser, and inside that one transaction ordinary triggers and foreign keys are silent.
    """

    def sql_flush(self: DatabaseOperations, style: Any, tables: Any, **kwargs: Any) -> list[str]:
        asked = [*QUEUE, *sorted(set(tables) - STAYS)]
        with self.connection.cursor() as cursor:
            cursor.execute(
                " UNION ALL ".join(
                    f"(SELECT '{table}' FROM {self.quote_name(table)} LIMIT 1)"  # noqa: S608
                    for table in asked
                )
            )
            written = [str(table) for (table,) in cursor.fetchall()]
        deletes = [
            *(f"DELETE FROM {self.quote_name(table)};" for table in written),  # noqa: S608
            "DELETE FROM site_agreement WHERE version > 1;",
        ]
        return ["SET LOCAL session_replication_role = replica;", *deletes]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *args, **kwargs: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def workers_share_one_migration(django_db_keepdb: bool) -> Any:
    """Two workers, two databases, one migration."""
    made_anew = DatabaseCreation.create_test_db
    with pytest.MonkeyPatch.context() as patch:
        if is_shared() and not django_db_keepdb:
            patch.setattr(DatabaseCreation, "create_test_db", partialmethod(copy_database, made_anew))
        yield


@pytest.fixture(scope="session", autouse=True)
def static_files_are_listed_once() -> Any:
    """Each test client builds the middleware anew, and one of them lists every static file: let it remember.

    It took half the time of an average request of a test. Files do not change while tests run.
    """
    original = WhiteNoiseMiddleware.add_files_from_finders
    known: dict[tuple[Any, ...], dict[str, Any]] = {}

    def listed(self: WhiteNoiseMiddleware) -> None:
        asked = (self.static_prefix, self.max_age, self.charset, self.allow_all_origins)
        if asked not in known:
            before, self.files = self.files, {}
            original(self)
            known[asked], self.files = self.files, before
        self.files.update(known[asked])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", listed)
        yield


@pytest.fixture(scope="session", autouse=True)
def middleware_is_begun_once(static_files_are_listed_once: None) -> Any:
    """Clients share what an installation begins once; under settings of a test's own each begins its own."""
    begin = ClientHandler.load_middleware
    now_in_force: Any = settings
    usual, begun = now_in_force._wrapped, ClientHandler()

    def share(self: Any, is_async: bool = False) -> None:
        if now_in_force._wrapped is not usual:
            begin(self, is_async)
            return
        if vars(begun).get("_middleware_chain") is None:
            begin(begun, is_async)
        self._middleware_chain = vars(begun)["_middleware_chain"]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClientHandler, "load_middleware", share)
        yield


@pytest.fixture(scope="session", autouse=True)
def a_client_is_signed_in_by_one_row() -> Any:
    """``force_login`` writes the session that a client begins with once, as it stands in the end.

    Django writes an empty one, asks it whom it is of, moves it to a fresh key and writes it again: fourteen
    statements, none of them the product's.
    """
    client: Any = Client
    anew = client._login

    def once(self: Any, user: Any, backend: str | None = None) -> None:
        if self.cookies.get(settings.SESSION_COOKIE_NAME):
            anew(self, user, backend)
            return
        request: Any = HttpRequest()
        request.session = import_module(settings.SESSION_ENGINE).SessionStore()
        request.session.cycle_key = lambda: None  # nobody had the key that it begins with
        login(request, user, backend)
        request.session.save()
        self._set_login_cookies(request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "_login", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def pages_are_told_and_not_their_parts(django_test_environment: None) -> Any:
    """``response.context`` is that of the page; nobody asks for those of the parts that it is made of.

    Django tells of each part and keeps a copy of its context: a page of ours has hundreds.
    """

    def rendered(self: Template, context: Context) -> str:
        if context.template is self:
            template_rendered.send(sender=self, template=self, context=context)
        return self.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", rendered)
        yield


@pytest.fixture(scope="session", autouse=True)
def errands_are_gone_on() -> Any:
    """No worker runs beside most tests: whoever waits for an errand to a bank does its job."""
    with eager_errands() as really:
        yield really


@pytest.fixture
def real_lane(errands_are_gone_on: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody does the job of an errand but a worker that the test starts."""
    monkeypatch.setattr("svet.payments.operations.errands.linger", errands_are_gone_on)


@pytest.fixture(scope="module")
def standing_database(django_db_setup: None, django_db_blocker: Any) -> Any:
    """What a fixture of a module writes here stands for all its tests, and is taken back behind the last one.

    Tests write into a savepoint above it, so each finds it as it was built. A test that commits has no
    place in such a module: it would empty the tables.
    """
    standing = transaction.atomic()
    standing._from_testcase = True  # type: ignore[attr-defined]  # durable use cases may begin in it
    with django_db_blocker.unblock(), standing:
        yield
        transaction.set_rollback(True)


@pytest.fixture
def dear_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords cost what they cost outside of tests."""
    for name, cost in PASSWORD_COSTS.items():
        monkeypatch.setattr(PasswordHasher, name, cost)
