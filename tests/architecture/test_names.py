"""One name, one thing: class names, and the words of the glossary."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")

# A class name that stands more than once in svet, and why that confuses nobody.
SHARED = {
    "Meta": "inner classes that Django and allauth read",
}

# Names of the glossary that belong to what Svet is built on.
OUTSIDE = {"allauth.mfa.Authenticator"}


@cache
def trees() -> dict[Path, ast.Module]:
    """Every module of svet but tests and migrations, read once."""
    return {
        path: ast.parse(path.read_text("utf-8"))
        for path in sorted((ROOT / "svet").rglob("*.py"))
        if not {"tests", "migrations"} & set(path.parts)
    }


def class_names() -> Iterator[tuple[str, str]]:
    """(name, place) of every class."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                yield node.name, f"{path.relative_to(ROOT)}:{node.lineno}"


@cache
def identifiers() -> set[str]:
    """Everything that has a name: modules, classes, functions, attributes, assigned names."""
    found: set[str] = set()
    for path, tree in trees().items():
        found |= set(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(tree):
            match node:
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    found.add(name)
                case ast.Name(id=name, ctx=ast.Store()):
                    found.add(name)
                case ast.Attribute(attr=name, ctx=ast.Store()):
                    found.add(name)
    return found


def rows() -> list[tuple[str, list[str]]]:
    """(Russian words, code words) of each row of the glossary."""
    cells = [line.split("|") for line in GLOSSARY.splitlines() if line.startswith("|")]
    return [(row[1].strip(), re.findall(r"`([^`]+)`", row[2])) for row in cells if row[1].strip(" -")]


def test_a_class_name_stands_once() -> None:
    # A name with an underscore is its module's own and is read there only.
    places: dict[str, list[str]] = {}
    for name, place in class_names():
        if not name.startswith("_") and name not in SHARED:
            places.setdefault(name, []).append(place)
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_shared_name_is_allowed_for_nothing() -> None:
    counted = Counter(name for name, _ in class_names())
    assert [name for name in SHARED if counted[name] < 2] == []


def test_the_words_of_the_glossary_are_read() -> None:
    assert len([word for _, words in rows() for word in words]) > 90


@pytest.mark.parametrize("russian", [russian for russian, words in rows() if words])
def test_every_code_word_of_the_glossary_exists(russian: str) -> None:
    known = identifiers()
    unknown = []
    for word in dict(rows())[russian]:
        if word in OUTSIDE:
            continue
        if "/" in word:
            place = ROOT / (word if word.startswith("svet/") else f"svet/{word}")
            unknown += [] if place.exists() else [word]
            continue
        names = re.findall(r"[A-Za-z_]\w*", word)
        unknown += [word] if set(names) - known else []
    assert unknown == []


def test_a_word_of_the_glossary_means_one_thing() -> None:
    russian = Counter(word.strip() for words, _ in rows() for word in words.split(","))
    assert [word for word, count in russian.items() if count > 1 and word != "Russian"] == []
