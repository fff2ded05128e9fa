"""Words of Python and JavaScript by which data become code, secrets guessable, or checks switched off."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: Modules that read objects, run shells or draw numbers anybody can foresee, and where one may stand.
MODULES = {
    "pickle": (), "marshal": (), "shelve": (), "dill": (), "xml": (), "ldap": (), "ldap3": (),
    "telnetlib": (), "ftplib": (), "tarfile": (), "zipfile": (), "Crypto": (), "random": ("svet/sandbox/",),
    # Bank statements: entities and DTDs are off there, and a test of the room says so.
    "lxml": ("svet/exchange/rules/statements/camt.py",),
}  # fmt: skip
#: Calls by the end of their names.
CALLS = re.compile(
    r"^(?:eval|exec)$|\bos\.(?:system|popen)$|\bhashlib\.(?:md5|sha1)$|\bRawSQL$|\.extra$|\.xpath$"
    r"|\.from_string$|\bTemplate$"
)
#: … of which these are no danger: a constant statement with its places, and the standard library's own text.
CALLS_ALLOWED = {
    ("svet/metering/queries/readings.py", "RawSQL"),
    ("svet/sandbox/world/card_texts.py", "Template"),
}
#: Bytes of what nobody may guess: 128 bits (ASVS 11.5.1).
ENOUGH = 16
#: Draws of fewer bytes, or of a number of them that is told elsewhere, and why they may be so.
SHORT = {
    ("svet/config/requests.py", "secrets.token_hex(8)"): "numbers a request in the logs, is no secret",
    (
        "svet/launcher/processes.py",
        "secrets.token_hex(12)",
    ): "tells processes of one start from others",
    (
        "svet/kernel/ids.py",
        "secrets.token_bytes(length)",
    ): "names a thing, opens nothing by itself",
    ("svet/bills/rules/certificates.py", "secrets.token_bytes(CODE_LENGTH)"): "28 letters of five bits: 140",
}
SWITCHES = {("shell", True), ("verify", False), ("autoescape", False)}
LOOPBACK = {"svet/sandbox/outer.py"}
SCRIPT = re.compile(
    r"\beval\(|new Function\(|document\.write|insertAdjacentHTML|outerHTML\s*=|__proto__"
    r"|\.innerHTML\s*\+?=(?!=)|localStorage|sessionStorage|javascript:"
)
#: The fragment comes from our own page, which has escaped it.
SCRIPTS_ALLOWED = {("svet/look/static/look/js/live.js", ".innerHTML =")}
TEMPLATE = re.compile(
    r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off|javascript:|\bon(?:click|load|error|submit)="
)


def python() -> Iterator[tuple[str, ast.AST]]:
    for file in sorted((ROOT / "svet").rglob("*.py")):
        name = file.relative_to(ROOT).as_posix()
        if "/tests/" not in name and "/migrations/" not in name:
            yield name, ast.parse(file.read_text("utf-8"))


def faults_of(name: str, tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            level = getattr(node, "level", 0)
            module = getattr(node, "module", None)
            modules = [module] if module is not None else [each.name for each in node.names]
            for top in {str(each).partition(".")[0] for each in modules}:
                if not level and top in MODULES and not name.startswith(MODULES[top] or ("nowhere",)):
                    yield f"{name}:{node.lineno} imports {top}"
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if CALLS.search(called) and (name, called) not in CALLS_ALLOWED:
                yield f"{name}:{node.lineno} calls {called}"
            for word in node.keywords:
                value = word.value.value if isinstance(word.value, ast.Constant) else None
                if (word.arg, value) in SWITCHES and name not in LOOPBACK:
                    yield f"{name}:{node.lineno} says {word.arg}={value!r}"


def test_no_data_become_code_and_no_check_is_off() -> None:
    assert [fault for name, tree in python() for fault in faults_of(name, tree)] == []


@pytest.mark.parametrize(
    "planted",
    [
        "import pickle", "from xml.etree import ElementTree", "import random", "eval(text)",
        "os.system(text)", "hashlib.md5(text)", "subprocess.run(text, shell=True)",
        "httpx.get(url, verify=False)", "rows.extra(where=[x])", "engine.from_string(text)",
    ],
)  # fmt: skip
def test_a_planted_danger_is_found(planted: str) -> None:
    assert list(faults_of("svet/bills/rules/x.py", ast.parse(planted)))


def drawn(tree: ast.AST) -> Iterator[str]:
    """Each draw of fewer bytes than are enough, or of nobody knows how many, as it is written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and re.fullmatch(r"secrets\.token_\w+", ast.unparse(node.func)):
            size = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
            if not isinstance(size, int) or size < ENOUGH:
                yield ast.unparse(node)


def test_what_nobody_may_guess_has_bits_enough() -> None:
    found = {(name, call) for name, tree in python() for call in drawn(tree)}
    assert found == set(SHORT)
    assert list(drawn(ast.parse("secrets.token_urlsafe(9)"))) == ["secrets.token_urlsafe(9)"]


def test_our_scripts_write_no_markup_and_keep_nothing_in_the_open() -> None:
    found = {
        (file.relative_to(ROOT).as_posix(), each)
        for file in (ROOT / "svet").rglob("*.js")
        for each in SCRIPT.findall(file.read_text("utf-8"))
    }
    assert found == SCRIPTS_ALLOWED


def test_templates_escape_everything_and_hold_no_code() -> None:
    found = {
        f"{file.relative_to(ROOT).as_posix()}: {each}"
        for file in (ROOT / "svet").rglob("*.html")
        for each in TEMPLATE.findall(file.read_text("utf-8"))
    }
    assert found == set()


def test_the_eye_for_scripts_sees() -> None:
    assert SCRIPT.search("part.innerHTML = text")
    assert SCRIPT.search("localStorage.setItem(a, b)")
    assert not SCRIPT.search("if (part.innerHTML === before)")
    assert TEMPLATE.search("{{ name|safe }}")
