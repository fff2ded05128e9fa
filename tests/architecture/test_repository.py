"""What may not be in the repository: addresses of package indexes, unhashed requirements, machine paths."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
# Written in pieces, so that this file does not hold what it forbids.
FORBIDDEN = [
    *("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "deb.debian" + ".org"),
    *("extra-index" + "-url =", "--index" + "-url", "find-" + "links"),
    *("/opt/" + "wheels", "/opt/" + "pypi", "/work/" + "main", "/work/" + "shared"),
]
MAY_NAME_OPTIONS = {"Makefile"}


def kept_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in map(ROOT.joinpath, names) if path.is_file()]


def test_nothing_names_a_package_index_or_this_machine() -> None:
    found = []
    for path in kept_files():
        text = path.read_bytes().decode("utf-8", "ignore")
        if path.name in MAY_NAME_OPTIONS:
            text = re.sub(r"--no-emit-[a-z-]+", "", text)
        found += [f"{path.relative_to(ROOT)}: {word}" for word in FORBIDDEN if word in text]
    assert found == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-installer.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    wrong = [line[:60] for line in lines if "==" not in line or "--hash=sha256:" not in line]
    assert lines
    assert wrong == []


def test_every_wanted_package_is_locked() -> None:
    for name in ("requirements", "requirements-installer", "requirements-dev"):
        wanted = re.findall(r"(?m)^([A-Za-z][\w.-]*)", (ROOT / f"{name}.in").read_text("utf-8"))
        locked = {
            line.lower()
            for line in re.findall(r"(?m)^([\w.-]+)==", (ROOT / f"{name}.txt").read_text("utf-8"))
        }
        assert {each.lower().replace("_", "-") for each in wanted} <= locked


def test_no_file_outgrows_three_hundred_lines_by_much() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in (ROOT / "svet").rglob("*.py")
        if not {"migrations", "tests"} & set(path.parts)
        and (lines := len(path.read_text("utf-8").splitlines())) > 330
    }
    assert long == {}
