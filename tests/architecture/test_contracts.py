"""The floors hold: the contracts are kept, and a planted breach of each is found."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.drawing import floors

ROOT = Path(__file__).resolve().parent.parent.parent

CONFIG = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONTRACTS = {contract["id"]: contract for contract in CONFIG["tool"]["importlinter"]["contracts"]}

# (contract, a file of svet, the line that breaks the contract there)
PLANTED = [
    ("floors", "ledger/queries/debts.py", "from svet.billing import models as climbed"),
    ("floors", "kernel/money.py", "from svet.people import models as climbed"),
    ("floors", "cabinet/readings/page.py", "from svet.api import urls as climbed"),
    ("floors", "config/health.py", "from svet.cli import main as climbed"),
    ("stairs", "metering/models/absence.py", "from svet.metering import queries as climbed"),
    ("stairs", "accounts/queries/finding.py", "from svet.accounts.operations import registry as climbed"),
    ("stairs", "payments/models/registers.py", "from svet.payments.queries import suspense as climbed"),
    ("stairs", "people/models/digests.py", "from svet.people.operations import sealing as climbed"),
    ("stairs", "payments/rules/states.py", "from svet.payments import models as climbed"),
    (
        "stairs-of-the-town",
        "sandbox/town/rules/__init__.py",
        "from svet.sandbox.town import queries as climbed",
    ),
    ("pure-rules", "metering/rules/judging.py", "import django"),
    ("pure-rules", "payments/rules/states.py", "from django.db import models"),
    ("gateways", "payments/queries/__init__.py", "from svet.gateways import acquiring as climbed"),
    ("circles", "kernel/ids.py", "from svet.kernel import fields as circled"),
    ("wings-of-the-cabinet", "cabinet/help/page.py", "from svet.cabinet.bills import page as crossed"),
    ("wings-of-the-cabinet", "cabinet/shell/frame.py", "from svet.cabinet.help import page as climbed"),
    ("desks", "staff/printing/page.py", "from svet.staff.money import page as crossed"),
    ("desks", "staff/shell/forms.py", "from svet.staff.menu import desks as climbed"),
    ("api", "api/shell/problems.py", "from svet.api.resources import bills as climbed"),
    ("api", "api/models.py", "from svet.api import jobs as climbed"),
    ("doors", "bills/queries/months.py", "from svet.accounts import models as carried"),
    ("doors", "exchange/queries.py", "from svet.payments.models import claims as carried"),
    ("doors", "cabinet/help/page.py", "from svet.metering.models import absence as carried"),
]

# (contract, a package of svet): a new module there has no place until the contract names it.
EXHAUSTIVE = [
    ("floors", ""),
    ("stairs", "accounts"),
    ("stairs-of-the-town", "sandbox/town"),
    ("wings-of-the-cabinet", "cabinet"),
    ("desks", "staff"),
    ("api", "api"),
]

# Rooms without stairs, and what keeps them in order instead.
WITHOUT_STAIRS = {
    "cli": "commands over operations; nothing imports it",
    "launcher": "a supervisor of processes; no tables",
    "config": "settings and the checks of an installation; no tables",
    "cabinet": "wings over a shell",
    "staff": "desks over a shell",
    "api": "resources over a shell",
    "sandbox": "pages over the town, which has stairs of its own, and the outer world",
    "gateways": "one port a package; no tables",
    "look": "forms, formats and icons; no tables",
    "kernel": "single values, none of which decides anything",
}


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


@pytest.fixture(scope="module")
def broken_house(copied_house: Path) -> dict[str, str]:
    """What is said of each contract when every breach is planted at once."""
    before = {path: (copied_house / "svet" / path).read_text("utf-8") for _, path, _ in PLANTED}
    try:
        for _, path, line in PLANTED:
            plant(copied_house / "svet" / path, line)
        done = lint(copied_house, *{contract for contract, _, _ in PLANTED})
    finally:
        for path, text in before.items():
            (copied_house / "svet" / path).write_text(text, "utf-8")
    assert done.returncode == 1, done.stdout + done.stderr
    _, _, told = done.stdout.partition("Broken contracts")
    names = {contract["name"]: contract["id"] for contract in CONTRACTS.values()}
    parts = re.split(rf"^({'|'.join(map(re.escape, names))})\n-+$", told, flags=re.MULTILINE)
    return {names[name]: words for name, words in zip(parts[1::2], parts[2::2], strict=True)}


def plant(planted: Path, line: str) -> None:
    """Write ``line`` at the end of a file that is there."""
    planted.write_text(planted.read_text("utf-8") + f"\n{line}\n", "utf-8")


@pytest.mark.parametrize(("contract", "path", "line"), PLANTED, ids=[f"{c}-{p}" for c, p, _ in PLANTED])
def test_a_planted_breach_fails_the_build(
    broken_house: dict[str, str], contract: str, path: str, line: str
) -> None:
    module = ".".join(Path("svet", path).with_suffix("").parts).removesuffix(".__init__")
    imported = re.sub(r"from ([\w.]+) import (\w+)( as \w+)?|import (\w+)", r"\1.\2\4", line).strip(".")
    told = broken_house.get(contract, "")
    direct = re.findall(rf"{re.escape(module)} -> ([\w.]+) \(l\.", told)
    # A circle of siblings is told by their last names.
    siblings = f".{module.rpartition('.')[2]} -> .{imported.rpartition('.')[2]} "
    assert siblings in told or any(f"{imported}.".startswith(f"{found}.") for found in direct), told


def test_nothing_is_planted_into_a_file_that_does_not_exist(copied_house: Path) -> None:
    invented = copied_house / "svet" / "metering" / "models.py"
    with pytest.raises(FileNotFoundError):
        plant(invented, "from svet.metering import queries as climbed")
    assert not invented.exists()


@pytest.mark.parametrize("path", sorted({path for _, path, _ in PLANTED}))
def test_what_is_planted_breaks_a_contract_and_not_python(path: str) -> None:
    """Every import that is planted leads to a module that exists: one that does not would prove nothing."""
    for _, _, line in (row for row in PLANTED if row[1] == path):
        found = re.fullmatch(r"(?:from ([\w.]+) )?import (\w+)(?: as \w+)?", line)
        assert found, line
        module = ".".join(part for part in found.groups() if part)
        if module.startswith("svet."):
            inside = ROOT.joinpath(*module.split("."))
            assert inside.is_dir() or inside.with_suffix(".py").is_file(), line


@pytest.fixture(scope="module")
def house_with_strays(copied_house: Path) -> subprocess.CompletedProcess[str]:
    """What is said of the house with a module of no place in each package of ``EXHAUSTIVE``."""
    strays = [
        copied_house / "svet" / package / f"stray_of_{contract.replace('-', '_')}.py"
        for contract, package in EXHAUSTIVE
    ]
    try:
        for stray in strays:
            stray.write_text('"""Stands nowhere."""\n', "utf-8")
        return lint(copied_house, *(contract for contract, _ in EXHAUSTIVE))
    finally:
        for stray in strays:
            stray.unlink()


@pytest.mark.parametrize(("contract", "package"), EXHAUSTIVE)
def test_a_module_without_a_place_fails_the_build(
    house_with_strays: subprocess.CompletedProcess[str], contract: str, package: str
) -> None:
    done = house_with_strays
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"stray_of_{contract.replace('-', '_')}" in done.stdout


def test_every_contract_has_a_planted_breach() -> None:
    assert {contract for contract, _, _ in PLANTED} == set(CONTRACTS)
    exhaustive = {name for name, contract in CONTRACTS.items() if contract.get("exhaustive")}
    assert {contract for contract, _ in EXHAUSTIVE} == exhaustive


def test_no_row_leaves_home() -> None:
    """The contract "doors" lets a room at its own tables, tests at any: no line is a neighbour's import."""
    inside = re.compile(r"svet\.(\w+)\.\*\* -> svet\.\1\.\*\*")
    lines = CONTRACTS["doors"]["ignore_imports"]
    assert [line for line in lines if not inside.fullmatch(line)] == ["svet.**.tests.** -> svet.**"]


def test_every_room_has_stairs_or_a_reason_to_have_none() -> None:
    rooms = {room for layer in floors() for room in layer}
    climbed = {container.removeprefix("svet.") for container in CONTRACTS["stairs"]["containers"]}
    assert climbed | set(WITHOUT_STAIRS) == rooms
    assert climbed.isdisjoint(WITHOUT_STAIRS)


def test_every_module_of_a_room_stands_on_a_step() -> None:
    """The same as the contract says, counted another way: no step is left that nothing stands on."""
    contract = CONTRACTS["stairs"]
    steps = {name.strip(" ()") for layer in contract["layers"] for name in layer.split(":")}
    found = set()
    for container in contract["containers"]:
        room = ROOT.joinpath(*container.split("."))
        modules = [path for path in room.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
        found |= {path.stem for path in modules} - {"__init__", *contract["exhaustive_ignores"]}
    assert found - steps == set(), "modules that stand on no step"
    assert steps - found == set(), "steps that nothing stands on"
