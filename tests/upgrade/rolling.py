"""``make rolling``: a former version serves on the tables of this one, alone and beside it.

    python -m tests.upgrade.rolling [REVISION]

Without a revision it is the newest tag, and before there is one the commit that recorded the baseline. The
town of the former version lives on a database of its own; its tables are brought here while it is asked all
the time; then workers and pages are exchanged in the order of docs/operations.md. It prints what was tried.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import httpx

from svet.launcher.postgres import Server
from tests.journeys.conftest import ANCHOR, free_port
from tests.upgrade.errands import Resident, wait_for

ROOT = Path(__file__).resolve().parents[2]
RECORDED = "tests/upgrade/recorded.txt"
#: What everybody may open, and what is asked all the time while the tables change.
OPEN = ("/entrance/", "/help/", "/ready/")


@dataclass
class Version:
    """Code in a folder, and the Python that runs it."""

    name: str
    folder: Path
    python: str = sys.executable

    def words(self, *words: str) -> list[str]:
        return [self.python, "-m", "svet", *words]

    def environment(self, more: dict[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SVET_")}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        return kept | more | {"PYTHONPATH": str(self.folder)}


@dataclass
class Trial:
    """What is running, and what was tried."""

    place: Path
    tidy: ExitStack
    began: float = field(default_factory=time.monotonic)
    given: dict[str, str] = field(default_factory=dict)

    def tell(self, what: str) -> None:
        sys.stdout.write(f"{(time.monotonic() - self.began) / 60:5.1f} min  {what}\n")
        sys.stdout.flush()

    def run(self, code: Version, *words: str) -> str:
        """A command of this version, as an operator gives it."""
        done = subprocess.run(
            code.words(*words), cwd=code.folder, env=code.environment(self.given),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise SystemExit(f"svet {words[0]} of {code.name}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout

    def start(self, code: Version, log: str, *words: str) -> subprocess.Popen[bytes]:
        """A server of this version, ended with the trial at the latest."""
        file = self.tidy.enter_context((self.place / f"{log}.log").open("wb"))
        child = subprocess.Popen(
            code.words(*words), cwd=code.folder, env=code.environment(self.given), stdout=file, stderr=file
        )
        self.tidy.callback(end, child)
        return child


def end(child: subprocess.Popen[bytes]) -> None:
    """Ask it to stop, and wait until it has."""
    if child.poll() is None:
        child.terminate()
    try:
        child.wait(60)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait(10)


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def former(revision: str, place: Path) -> Version:
    """The code of a revision, in a folder of its own. :raises SystemExit: there is none, and why"""
    if not git("rev-parse", "--git-dir"):
        raise SystemExit("make rolling needs a clone of the repository: NOT TRIED")
    wanted = (
        revision or git("describe", "--tags", "--abbrev=0") or git("log", "-1", "--format=%H", "--", RECORDED)
    )
    commit = git("rev-parse", "--verify", "--quiet", f"{wanted}^{{commit}}") if wanted else ""
    shallow = git("rev-parse", "--is-shallow-repository") == "true"
    if not commit or commit == git("rev-parse", "HEAD"):
        why = (
            "this clone is shallow: git fetch --unshallow"
            if shallow
            else f"there is no earlier {wanted or 'commit'}"
        )
        raise SystemExit(f"{why}: NOT TRIED")
    folder = place / "former"
    folder.mkdir()
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed, check=True)
    code = Version(f"the former version ({git('describe', '--tags', '--always', commit)})", folder)
    if not stands_here(folder / "requirements.txt"):
        subprocess.run(["make", "--silent", "environment"], cwd=folder, check=True)
        code.python = str(folder / ".venv" / "bin" / "python")
    return code


def stands_here(locked: Path) -> bool:
    """Whether everything that it locks is installed beside us in that very version."""
    for line in locked.read_text("utf-8").splitlines():
        name, is_pin, rest = line.partition("==")
        if not is_pin or line.startswith(" "):
            continue
        try:
            if version(name) != rest.split()[0]:
                return False
        except PackageNotFoundError:
            if ";" not in rest:  # else of another system
                return False
    return True


@contextmanager
def asked_all_the_time(base: str) -> Iterator[list[str]]:
    """Open pages again and again; what was not answered well stands in the list."""
    wrong: list[str] = []
    over = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=base, timeout=30, trust_env=False) as client:
            for path in itertools.cycle(OPEN):
                if over.wait(0.1):
                    return
                try:
                    answer = client.get(path)
                except httpx.HTTPError as error:
                    wrong.append(f"{path}: {error!r}")
                    continue
                # `/ready/` too: tables that are newer send nobody away from a former version.
                if answer.status_code != 200:
                    wrong.append(f"{path}: {answer.status_code} {answer.text[:200]}")

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield wrong
    finally:
        over.set()
        asking.join()


def town_of(code: Version, trial: Trial) -> tuple[int, Resident]:
    """The former version with database, outer world and town; its port, and somebody who lives there."""
    server = Server(trial.place / "database")
    trial.tidy.callback(server.stop)
    server.start()
    web, bank, smpp, smtp = (free_port() for _ in range(4))
    base, outside = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{bank}"
    trial.given |= {
        "SVET_ENV": "demo",
        "SVET_SECRET_KEY": "a-made-up-key-of-fifty-different-letters-0123456789-ok",
        "SVET_DATABASE_URL": server.url(),
        "SVET_DATA": str(trial.place / "data"),
        "SVET_BASE_URL": base,
        "SVET_SMTP_HOST": "127.0.0.1",
        "SVET_SMTP_PORT": str(smtp),
        "SVET_SMS_URL": f"smpp://svet:sandbox@127.0.0.1:{smpp}?sender=SVET",
        "SVET_ACQUIRING_URL": f"yookassa+http://100500:test_sandbox@127.0.0.1:{bank}/v3",
        "SVET_BANK_PAGE_ORIGINS": outside,
        "SVET_SANDBOX_URL": outside,
        "SVET_QUEUE_SECONDS": "60",
        "SVET_LIMITS_FACTOR": "100",
        "SVET_TOWN_ACCOUNTS": "60",
        "SVET_TOWN_ANCHOR": ANCHOR,
        "PYTHONUNBUFFERED": "1",
    }
    (trial.place / "data").mkdir()
    if "build" in trial.run(code, "--help"):
        trial.run(code, "build")
    trial.run(code, "migrate")
    trial.start(
        code, "outer", "sandbox", "--data", str(trial.place / "outer"), "--http-port", str(bank),
        "--smpp-port", str(smpp), "--smtp-port", str(smtp), "--callback-url", f"{base}/callbacks/yookassa/",
    )  # fmt: skip
    trial.run(code, "town")
    return web, Resident(base, outside)


def _try(trial: Trial, old: Version, new: Version) -> None:
    trial.tell(f"{old.name}, run by {old.python}")
    port, anna = town_of(old, trial)
    web, worker = trial.start(old, "web", "web", "--port", str(port)), trial.start(old, "worker", "worker")
    anna.come(anna.base)
    trial.tell(f"its town stands; on its own tables: {anna.lives_a_day(anna.base)}")
    # A second machine: what is built for the new pages lies in its own folder.
    here = trial.given
    trial.given = here | {"SVET_DATA": str(trial.place / "data-of-the-new")}
    (trial.place / "data-of-the-new").mkdir()
    trial.run(new, "build")
    with asked_all_the_time(anna.base) as wrong:
        trial.run(new, "migrate")
    if wrong:
        raise SystemExit("while the tables were changed:\n" + "\n".join(wrong[:20]))
    trial.tell("the tables are the new ones; nobody who asked meanwhile was sent away")
    trial.tell(f"former pages and worker on the new tables: {anna.lives_a_day(anna.base)}")
    trial.given = here
    trial.run(old, "verify")
    trial.tell("the former version's own verify holds on the new tables")
    trial.given = here | {"SVET_DATA": str(trial.place / "data-of-the-new")}
    trial.start(new, "worker-new", "worker")
    trial.tell(f"both workers: {anna.lives_a_day(anna.base)}")
    end(worker)
    trial.tell(f"former pages, new worker: {anna.lives_a_day(anna.base)}")
    beside = free_port()
    trial.start(new, "web-new", "web", "--port", str(beside))
    there = f"http://127.0.0.1:{beside}"
    wait_for(lambda: anna.stands(there), "the new pages")
    trial.tell(f"both pages, each act by the other: {anna.lives_a_day(anna.base, there)}")
    trial.tell(f"and the other way round: {anna.lives_a_day(there, anna.base)}")
    end(web)
    trial.start(new, "web-last", "web", "--port", str(port))
    wait_for(lambda: anna.stands(anna.base), "the new pages in the place of the former")
    trial.tell(f"nothing but the new: {anna.lives_a_day(anna.base)}")
    trial.run(new, "verify")
    trial.tell("verify holds")


def main(revision: str) -> None:
    with ExitStack() as tidy:
        place = Path(tidy.enter_context(tempfile.TemporaryDirectory(prefix="svet-rolling-")))
        place.chmod(0o755)
        trial = Trial(place, tidy)
        try:
            _try(trial, former(revision, place), Version("this version", ROOT))
        except BaseException:
            for log in sorted(place.glob("*.log")):
                sys.stdout.write(f"--- {log.name}\n{log.read_text('utf-8', 'replace')[-1500:]}\n")
            raise


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
