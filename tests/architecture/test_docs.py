"""What is written about Svet holds: links lead somewhere, commands exist, pictures agree with the code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from django.utils.translation import override

from svet import __version__
from svet.cli.main import svet
from svet.metering.rules.disputes import DISPUTE_MOVES
from svet.metering.rules.states import MOVES as READING_MOVES
from svet.payments.rules.states import MOVES as ORDER_MOVES
from svet.sandbox.town.rules.cast import RESIDENTS
from svet.staff.menu.desks import DESKS
from svet.staffing.rules import ROLES
from svet.support.rules import MOVES as APPEAL_MOVES
from tests.architecture.drawing import document, states

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
READMES = [ROOT / "README.md", ROOT / "README.ru.md"]
CATALOGUE = ROOT / "svet" / "locale" / "en" / "LC_MESSAGES" / "django.po"
LIFE = (ROOT / "docs" / "readings-life.md").read_text("utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8"))
    inside = [target.partition("#")[0] for target in targets if "://" not in target]
    assert [target for target in inside if target and not (page.parent / target).exists()] == []


def anchors_of(page: Path) -> set[str]:
    """The addresses of a page's headings, as a forge and the site make them."""
    text = re.sub(r"(?ms)^```.*?^```", "", page.read_text("utf-8"))
    headings = re.findall(r"(?m)^#+ (.*)$", text)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_anchor_is_a_heading(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s:]*#[^)\s]+)\)", page.read_text("utf-8"))
    lost = []
    for target in targets:
        file, _, anchor = target.partition("#")
        where = (page.parent / file).resolve() if file else page
        if where.suffix == ".md" and anchor not in anchors_of(where):
            lost.append(target)
    assert lost == []


def test_a_lost_anchor_would_be_seen() -> None:
    assert "the-server-in-front" in anchors_of(ROOT / "docs" / "operations.md")
    assert "the-server-behind" not in anchors_of(ROOT / "docs" / "operations.md")


# Said on the screen within a longer sentence of the catalogue.
SAID_OTHERWISE = {"1 из 2", "это не я"}


@pytest.mark.parametrize("page", ["customer.md", "customer.ru.md"])
def test_the_customers_guide_calls_pages_and_buttons_as_the_screen_does(page: str) -> None:
    told = set(re.findall(r"«([^»]+)»", (ROOT / "docs" / page).read_text("utf-8"))) - SAID_OTHERWISE
    assert len(told) > 30
    said = {unescape(word) for word in re.findall(r'(?m)^msgid "(.*)"$', CATALOGUE.read_text("utf-8"))}
    begun = {name for name in told if any(word.startswith(f"{name}. ") for word in said)}
    assert told - said - begun == set()


def test_the_index_names_every_document() -> None:
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    pages = [path for path in (ROOT / "docs").rglob("*.md") if path.name != "index.md"]
    missing = [path for path in pages if f"({path.relative_to(ROOT / 'docs')})" not in index]
    assert missing == []


@pytest.mark.parametrize("page", READMES, ids=name_of)
def test_the_first_page_shows_the_sign_ins_that_the_demo_prints(page: Path) -> None:
    text = page.read_text("utf-8")
    for one in RESIDENTS:
        name = f"{one.first_name} {one.patronymic} {one.last_name}"
        assert f"  {one.phone}  {one.password}  {name}: {one.about}\n" in text


def test_the_index_calls_decisions_by_their_numbers_in_their_order() -> None:
    """A numbered list of Markdown counts its lines: after the first gap no number shown was right."""
    index = (ROOT / "docs" / "index.md").read_text("utf-8")
    listed = [
        (int(shown), int(number)) for shown, number in re.findall(r"(?m)^- \[(\d+)\]\(adr/(\d{4})-", index)
    ]
    assert [shown for shown, _number in listed] == sorted(number for _shown, number in listed)
    assert all(shown == number for shown, number in listed)
    assert len(listed) == len(list((ROOT / "docs" / "adr").glob("*.md")))


@pytest.mark.parametrize("page", [*READMES, ROOT / "docs" / "operations.md"], ids=name_of)
def test_every_command_that_is_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    commands = set(re.findall(r"`(?:\.venv/bin/)?svet ([a-z][a-z-]*)", text))
    assert commands
    assert commands <= set(svet.list_commands(click.Context(svet)))
    targets = set(re.findall(r"(?m)(?:^|`)make ([a-z-]+)", text))
    made = set(re.findall(r"(?m)^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8")))
    assert targets <= made


TOLD = [ROOT / "CONTRIBUTING.md", ROOT / "docs" / "drawings" / "flows.md", ROOT / "docs" / "staff.md"]


@pytest.mark.parametrize("page", TOLD, ids=name_of)
def test_every_file_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`((?:svet|tests|docs)/[\w./-]*)`", page.read_text("utf-8"))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_station_of_a_flow_is_a_function() -> None:
    told = (ROOT / "docs" / "drawings" / "flows.md").read_text("utf-8")
    stations = re.findall(r"`(svet(?:\.\w+)+)\.(\w+)`", told)
    assert len(stations) > 30
    missing = []
    for module, function in stations:
        place = ROOT.joinpath(*module.split("."))
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        text = file.read_text("utf-8") if file.exists() else ""
        if not re.search(rf"(?m)^(?:async )?def {function}\(", text):
            missing.append(f"{module}.{function}")
    assert missing == []


@pytest.mark.parametrize("page", READMES, ids=name_of)
def test_the_pictures_of_the_readme_are_light(page: Path) -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text("utf-8"))
    assert len(pictures) == 3
    assert all((ROOT / picture).stat().st_size <= 150 * 1024 for picture in pictures)


@pytest.mark.parametrize(
    ("heading", "moves"),
    [
        ("A set of readings", READING_MOVES),
        ("An objection to a control reading", DISPUTE_MOVES),
        ("A payment", ORDER_MOVES),
        ("An appeal", APPEAL_MOVES),
    ],
)
def test_the_drawn_arrows_are_the_legal_moves(heading: str, moves: Mapping[Any, frozenset[Any]]) -> None:
    section = LIFE.split(f"## {heading}\n")[1].split("\n## ")[0]
    drawn = {tuple(arrow) for arrow in re.findall(r"(?m)^  (\w+) --> (\w+)$", section)}
    assert drawn == {(str(before), str(after)) for before, afters in moves.items() for after in afters}
    ends = set(re.findall(r"(?m)^  (\w+) --> \[\*\]$", section))
    assert ends == {str(state) for state, afters in moves.items() if not afters}
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", section)) == {str(state) for state in moves}


def test_the_rooms_are_drawn_as_they_are() -> None:
    drawn = (ROOT / "docs" / "drawings" / "rooms.md").read_text("utf-8")
    assert drawn == document(), "the code has changed: `make drawings`"


def test_the_states_are_drawn_as_their_tables_are() -> None:
    drawn = (ROOT / "docs" / "drawings" / "states.md").read_text("utf-8")
    assert drawn == states(), "a table of moves has changed: `make drawings`"


STAFF = (ROOT / "docs" / "staff.md").read_text("utf-8")


def test_the_guide_of_the_staff_lists_every_desk_with_its_keys() -> None:
    with override("ru"):
        desks = [(str(desk.label), f"g {desk.letter}") for desk in DESKS]
    section = STAFF.split("## Desks\n")[1].split("\n## ")[0]
    assert re.findall(r"(?m)^\| ([^|]+?) \| .+ \| `(g \w)` \|$", section) == desks


def test_no_two_desks_share_a_letter() -> None:
    letters = [desk.letter for desk in DESKS]
    assert sorted(letters) == sorted(set(letters))


def test_the_guide_of_the_staff_lists_every_role() -> None:
    section = STAFF.split("## Roles\n")[1].split("\n## ")[0]
    assert re.findall(r"(?m)^\| `(\w+)` \|", section) == [str(role) for role in ROLES]


def test_the_version_that_is_told_is_the_one_of_the_changelog_and_of_the_promise() -> None:
    told = CliRunner().invoke(svet, ["--version"]).output.split()[-1]
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"(?m)^## \[(?:Unreleased\]: ([\d.]+)|([\d.]+)\])", changes)
    assert newest is not None
    assert told == __version__ == (newest[1] or newest[2])
    assert "what-an-upgrade-keeps" in anchors_of(ROOT / "docs" / "operations.md")
    for page in ("CHANGELOG.md", "README.md"):
        assert "docs/operations.md#what-an-upgrade-keeps" in (ROOT / page).read_text("utf-8")


#: Names of the code, addresses and whole examples speak as the program does.
CODE = re.compile(r"(?ms)^```.*?^```|^ {4}[^\n]*|^provider;[^\n]*|`[^`\n]*`|\]\([^)\n]*\)")
OTHER_WORDS = re.compile(r"(?<![/.\w-])(?:cabinets?|providers?)(?![/.]?\w|-)", re.IGNORECASE)
#: What a stranger may not call themselves in Latin letters.
LATIN = "kabinet, cabinet"


@pytest.mark.parametrize("page", [*READMES[:1], *sorted((ROOT / "docs").glob("*.md"))], ids=name_of)
def test_documents_call_things_as_the_pages_do(page: Path) -> None:
    """«Кабинет» is the portal, «поставщик» the supplier; decisions keep the words of their day."""
    said = CODE.sub(" ", page.read_text("utf-8").replace(LATIN, ""))
    assert [line for line in said.splitlines() if OTHER_WORDS.search(line)] == []
