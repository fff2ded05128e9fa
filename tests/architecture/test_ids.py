"""One name, one type (ADR 87): an inner key is a number ``…_id``, an outer id a text ``…_public_id``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent

# Where others have given a text the name ``…_id``, and who.
WIRE = {
    "svet/api/": "the paths and the JSON of the published API say account_id for the id they show",
    "svet/gateways/": "SMPP, SMSC, YooKassa and OpenID Connect call their own ids so",
    "svet/sandbox/world/": "the outer world speaks the same protocols from their other end",
}
TEXTS = {
    "external_id": "what the sender of a register calls its row; columns of the register are called so",
    "external_ids": "several of them",
    "subject_id": "the journal keeps what names the subject: an outer id, a number, a code",
    "bucket_id": "the digest under which a limit counts; it is shown on the desk of limits",
}


def named(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """(name, annotation, line) of every parameter and every field of a class."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(args=args) | ast.AsyncFunctionDef(args=args) | ast.Lambda(args=args):
                for each in (*args.posonlyargs, *args.args, *args.kwonlyargs):
                    if each.annotation is not None:
                        yield each.arg, ast.unparse(each.annotation), each.lineno
            case ast.ClassDef(body=body):
                for line in body:
                    if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                        yield line.target.id, ast.unparse(line.annotation), line.lineno


def texts_called_ids(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Names ``…_id`` and ``…_ids`` that are texts, and names ``…public_id`` that are numbers."""
    for name, annotation, line in named(tree):
        types = set(
            annotation.replace("[", " ").replace("]", " ").replace(",", " ").replace("'", " ").split()
        )
        outer = name.endswith(("public_id", "public_ids"))
        if name.endswith(("_id", "_ids")) and ("int" if outer else "str") in types:
            yield name, line


@cache
def found() -> tuple[tuple[str, str], ...]:
    """(name, place) of what stands in svet outside the wire."""
    return tuple(
        (name, f"{path.relative_to(ROOT)}:{line}")
        for path in sorted((ROOT / "svet").rglob("*.py"))
        if not {"tests", "migrations"} & set(path.parts)
        and not str(path.relative_to(ROOT)).startswith(tuple(WIRE))
        for name, line in texts_called_ids(ast.parse(path.read_text("utf-8")))
    )


def test_an_inner_key_and_an_outer_id_never_share_a_name() -> None:
    wrong = [f"{place} {name}" for name, place in found() if name not in TEXTS]
    assert not wrong, "call an outer id …_public_id: " + ", ".join(wrong)


def test_no_name_is_let_through_that_is_not_there() -> None:
    assert set(TEXTS) == {name for name, _ in found()}


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("def f(*, account_id: str) -> None: ...", ["account_id"]),
        ("async def f(meter_id: str | None = None) -> None: ...", ["meter_id"]),
        ("class View:\n    link_id: str", ["link_id"]),
        ("def f(account_ids: Sequence[str]) -> None: ...", ["account_ids"]),
        ("def f(account_public_id: int) -> None: ...", ["account_public_id"]),
        ("def f(account_id: AccountId, account_public_id: str, ids: list[str]) -> None: ...", []),
    ],
)
def test_the_eye_sees_what_it_looks_for(code: str, names: list[str]) -> None:
    assert [name for name, _ in texts_called_ids(ast.parse(code))] == names
