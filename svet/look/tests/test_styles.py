"""The style sheets: how much they weigh, that nothing in them is dead, that each page has those it needs."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

from svet.look.sheets import text_of

PACKAGE = Path(settings.PACKAGE)
SHEETS = PACKAGE / "look/static/look"
#: What the one sheet of every page may weigh, which may only fall, and all together with those of pages.
SHARED_BYTES = 27 * 1024
ALL_BYTES = 69 * 1024
#: What a page may carry within it of sheets of parts, packed.
CARRIED_BYTES = 4 * 1024
TEMPLATES = {
    path.as_posix().split("/templates/")[1]: path.read_text("utf-8")
    for path in sorted(PACKAGE.glob("**/templates/**/*.html"))
}
#: What is written by scripts and by libraries, not by templates.
_ELSEWHERE = "".join(
    path.read_text("utf-8")
    for kind in ("js", "py")
    for path in sorted(PACKAGE.glob(f"**/*.{kind}"))
    if "tests" not in path.parts
)
_NESTED = re.compile(r":(?:not|has)\((?:[^()]|\([^()]*\))*\)")
_INSIDE = re.compile(r"\([^()]*\)")
_NAME = re.compile(r"\.([a-z][\w-]*)|\b(svet-[a-z]+)")


def rules(sheet: Path) -> Iterator[str]:
    """The selectors of a sheet, one by one."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    for chosen in re.findall(r"([^{}]*)\{", text):
        yield from _INSIDE.sub(lambda part: part[0].replace(",", " "), chosen).split(",")


def names(sheet: Path) -> set[str]:
    """Every class and own element a sheet speaks of."""
    return {one or other for chosen in rules(sheet) for one, other in _NAME.findall(chosen)}


@cache
def owned(sheet: Path) -> frozenset[str]:
    """What a sheet gives its looks to: the first name of each of its selectors."""
    found = (_NAME.search(_NESTED.sub("", chosen)) for chosen in rules(sheet))
    return frozenset(one[1] or one[2] for one in found if one is not None)


def used(text: str) -> set[str]:
    """The classes of a template; «*» stands for what is filled in."""
    found: set[str] = set()
    for value in re.findall(r'class="([^"]*(?:{%[^%]*%}[^"]*)*)"', text):
        plain = re.sub(r"{%.*?%}", " ", re.sub(r"{{.*?}}", "*", value))
        found.update(plain.split())
    return found | set(re.findall(r"<(svet-[a-z]+)", text))


def parent(name: str) -> str:
    found = re.search(r'{% extends "([^"]+)"', TEMPLATES[name])
    return found[1] if found else ""


def whole(name: str, seen: set[str] | None = None) -> set[str]:
    """A template with all it takes in, by whatever name it is handed over."""
    seen = set() if seen is None else seen
    if name in TEMPLATES and name not in seen:
        seen.add(name)
        for other in re.findall(r"[\"']([a-z_]+/[\w./-]+\.html)[\"']", TEMPLATES[name]):
            if other != parent(name):
                whole(other, seen)
    return seen


def linked(name: str) -> set[str]:
    """The sheets a page asks for, its parents' included."""
    text = TEMPLATES[name]
    found = set(re.findall(r"look/pages/(\w+)\.css", text))
    for several in re.findall(r'{% (?:linked_)?styles "([^"]+)"', text):
        found |= set(several.split())
    return found | (linked(parent(name)) if parent(name) in TEMPLATES else set())


def answers(name: str, wanted: set[str]) -> bool:
    """Whether a class is among those of templates, which may have a part filled in."""
    return name in wanted or any(
        re.fullmatch(re.escape(one).replace(r"\*", ".*"), name) for one in wanted if "*" in one
    )


def test_the_sheet_of_every_page_and_all_of_them_weigh_no_more_than_this() -> None:
    shared = (SHEETS / "svet.css").stat().st_size
    everything = sum(path.stat().st_size for path in SHEETS.glob("**/*.css"))
    assert shared <= SHARED_BYTES, shared
    assert everything <= ALL_BYTES, everything


def test_letters_grow_no_further_than_the_screen_of_a_phone() -> None:
    """A browser's own letters of 200 % at 320 px made pages twice as wide as the screen."""
    sheet = (SHEETS / "svet.css").read_text("utf-8")
    sizes = re.findall(r"(?::root|\[data-size=\"large\"\]) \{[^}]*?font-size: ([^;]+);", sheet)
    assert sizes == ["min(100%, 6.25vw)", "min(125%, 6.25vw)"]
    assert "@media (max-width: 15rem) { body { overflow-wrap: anywhere; }" in sheet


def test_no_sheet_speaks_of_what_no_template_has() -> None:
    wanted = set().union(*map(used, TEMPLATES.values()))
    dead = {
        f"{path.name}: {name}"
        for path in SHEETS.glob("**/*.css")
        for name in names(path)
        if not answers(name, wanted) and not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", _ELSEWHERE)
    }
    assert not dead, sorted(dead)


def test_every_page_has_the_sheets_of_its_parts() -> None:
    """A part whose sheet is not asked for would stand there naked."""
    pages = {path.stem: owned(path) for path in (SHEETS / "pages").glob("*.css")}
    missing = []
    for name in TEMPLATES:
        if not parent(name):
            continue
        wanted = set().union(*(used(TEMPLATES[each]) for each in whole(name)))
        given = owned(SHEETS / "svet.css").union(
            *(pages[sheet] for sheet in ("print", "dark", *linked(name)))
        )
        missing += [
            f"{name}: {sheet} for {one}"
            for sheet, own in pages.items()
            for one in sorted(own - given)
            if answers(one, wanted)
        ]
    assert not missing, "\n".join(missing)


def test_no_page_asks_for_a_sheet_that_is_not_there() -> None:
    there = {path.stem for path in (SHEETS / "pages").glob("*.css")}
    assert {f"{name}: {sheet}" for name in TEMPLATES for sheet in linked(name) - there} == set()


def test_no_page_of_a_customer_waits_for_a_sheet_of_a_part() -> None:
    """A trip of slow 4G is half a second: sheets of parts travel within the page (docs/adr/0219)."""
    waits = {
        name
        for name, text in TEMPLATES.items()
        if not name.startswith(("staff/", "sandbox/"))
        and re.search(r'linked_styles|rel="stylesheet"', text)
        and name != "look/base.html"
    }
    assert waits == set()
    # Paper waits for nothing.
    links = re.findall(r'rel="stylesheet" href="[^"]*"( media="print")?>', TEMPLATES["look/base.html"])
    assert links == [' media="print"']


def test_what_a_page_of_a_customer_carries_each_time_weighs_little() -> None:
    """Every visit pays for it, also those whose browser has kept everything that can be kept."""
    carried = {
        name: len(gzip.compress(text_of(*sorted(linked(name) - {"print"}), "dark").encode(), 6))
        for name in TEMPLATES
        if name.startswith("cabinet/") and name != "cabinet/look.html"
    }
    assert max(carried.values()) <= CARRIED_BYTES, sorted(carried.items(), key=lambda one: -one[1])[:5]
