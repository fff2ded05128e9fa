"""No room below the faces writes an address of a page: it names a place, the cabinet knows where that is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.drawing import floors

ROOT = Path(__file__).resolve().parent.parent.parent
FACES = {"cabinet", "staff", "api", "sandbox"}
#: A path of a site, whole or the piece of it that stands in an f-string: «/profile/», «/bills/».
ADDRESS = re.compile(r"/[a-z][\w-]*(/.*)?")
#: What makes an address of the name of a page.
_MAKERS = {"reverse", "reverse_lazy", "redirect", "resolve_url"}
#: Rooms whose texts with a slash are no addresses of ours, and what they are.
OTHERS = {"gateways": "addresses of the outer world's own services"}


def below_the_faces() -> list[str]:
    """Every room on a lower floor than the faces."""
    layers = [set(layer) for layer in floors()]
    (at,) = [number for number, layer in enumerate(layers) if layer & FACES]
    lower = layers[at + 1 :] if "cli" in layers[0] else layers[:at]
    return sorted(room for layer in lower for room in layer if room not in OTHERS)


def addresses_in(text: str) -> Iterator[str]:
    """Texts of a module that are addresses, and whatever it takes to make one."""
    tree = ast.parse(text)
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            if ADDRESS.fullmatch(node.value):
                yield node.value
        elif isinstance(node, ast.ImportFrom) and node.module in ("django.urls", "django.shortcuts"):
            yield from (each.name for each in node.names if each.name in _MAKERS)


def written() -> list[str]:
    """Every address below the faces, with where it stands."""
    return [
        f"{path.relative_to(ROOT)}: {address}"
        for room in below_the_faces()
        for path in sorted((ROOT / "svet" / room).rglob("*.py"))
        if not {"tests", "migrations"} & set(path.parts)
        for address in addresses_in(path.read_text("utf-8"))
    ]


def test_no_address_is_written_below_the_faces() -> None:
    assert written() == []


def test_the_rooms_below_the_faces_are_found() -> None:
    rooms = below_the_faces()
    assert {"history", "bills", "metering", "notices", "people", "site", "kernel", "look"} <= set(rooms)
    assert not {"cli", "config", "launcher", *FACES} & set(rooms)


@pytest.mark.parametrize(
    "planted",
    [
        'notify(url="/profile/")',
        'url = f"/bills/{bill.public_id}/"',
        'link = f"{settings.BASE_URL}/invitations/{key}/"',
        "from django.urls import reverse",
    ],
)
def test_a_planted_address_is_found(planted: str) -> None:
    assert list(addresses_in(planted))


def test_what_is_no_address_is_left_alone() -> None:
    plain = '"""/profile/ is the profile."""\nsum = "кВт·ч/мес"\nparts = name.split("/")\nzone = "Asia/Omsk"'
    assert list(addresses_in(plain)) == []
