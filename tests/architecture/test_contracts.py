"""The floors hold: the contracts are kept, and a planted breach of each is found."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

PLANTED = [
    ("floors", "ledger/queries.py", "from svet.billing import models as climbed"),
    ("floors", "kernel/money.py", "from svet.people import models as climbed"),
    ("floors", "cabinet/readings.py", "from svet.api import urls as climbed"),
    ("stairs", "metering/models.py", "from svet.metering import queries as climbed"),
    ("pure-rules", "metering/rules/planted.py", "import django"),
    ("gateways", "payments/queries.py", "from svet.gateways import acquiring as climbed"),
]


def lint(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    call = "import sys; from importlinter.cli import lint_imports_command as c; c(sys.argv[1:])"
    return subprocess.run(
        [sys.executable, "-c", call, "--no-cache", "--no-logo", *chosen],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder)},
    )


@pytest.fixture(scope="module")
def copied_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    only_code = shutil.ignore_patterns(
        "tests", "migrations", "static", "templates", "data", "locale", "__pycache__"
    )
    shutil.copytree(ROOT / "svet", folder / "svet", ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_import_falls_and_nothing_goes_in_circles() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("contract", "path", "line"), PLANTED, ids=[f"{c}-{p}" for c, p, _ in PLANTED])
def test_a_planted_breach_fails_the_build(copied_house: Path, contract: str, path: str, line: str) -> None:
    file = copied_house / "svet" / path
    before = file.read_text("utf-8") if file.exists() else None
    try:
        file.write_text(f"{before or ''}\n{line}\n", "utf-8")
        done = lint(copied_house, contract)
    finally:
        file.unlink() if before is None else file.write_text(before, "utf-8")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


def test_a_planted_circle_between_siblings_fails_the_build(copied_house: Path) -> None:
    room = copied_house / "svet" / "kernel"
    planted = {
        room / "here.py": "from svet.kernel import there\n",
        room / "there.py": "from svet.kernel import here\n",
    }
    try:
        for file, text in planted.items():
            file.write_text(text, "utf-8")
        done = lint(copied_house, "circles")
    finally:
        for file in planted:
            file.unlink(missing_ok=True)
    assert done.returncode == 1, done.stdout + done.stderr
