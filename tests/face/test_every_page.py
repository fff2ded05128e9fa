"""Nobody is shut out of any page: axe, targets, focus, a narrow screen, large and twice as large letters.

Each page is opened once for all of it.
``make axe`` asks axe in both themes at both widths; an ordinary run asks once per page, taking turns, of
contrasts once per kind of text, and once of pages and of what stands around pages where only words differ.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from svet.gateways import acquiring
from svet.payments.tests.factories import StubBank
from tests.authorisation.policy import POLICY, Who
from tests.authorisation.world import World, build
from tests.face import routes, sheets, states, states_of_desks, states_of_paying, states_of_terms
from tests.face.looking import EVERY_LOOK, look_over
from tests.face.rendering import Sheet, Stage, sheet_of, stage

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

PAYING = (*states_of_paying.STATES, *states_of_terms.STATES)
PAY_PAGE = Path(__file__).parents[2] / "docs" / "pay-page.md"
WHOLE = os.environ.get("SVET_FACE_MATRIX", "") == "whole"
#: «PremisesView(premises_id=1, …»: a page was given a value where it needed its words.
AS_WRITTEN = re.compile(r"\b[A-Z]\w+\([a-z_]+=|&lt;[\w.]+ object at ")
_PART = re.compile(r"<[a-z0-9-]+|(?:class|role|type|aria-[a-z]+|id|for|name)=\"[^\"]*\"|>\s*(?=[^<\s])")


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture
def world(db: None, bank: StubBank) -> World:
    return build()


def words_of(html: str) -> str:
    """What is read on a page, one space between words."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


def shape_of(html: str) -> str:
    """The parts of a page with their kinds and roles, and where words are, but not which; no ids."""
    body = re.sub(r"(?s)<(script|style)\b.*?</\1>", "", html.partition("<body")[2])
    return " ".join(_PART.findall(re.sub(r"[0-9a-z]{16}", "", body)))


class Onlookers:
    """All pages of this file pass before one browser, and axe is not asked twice about what is alike."""

    def __init__(self, shown: Stage) -> None:
        self._shown = shown
        #: Kinds of text and what stands around pages; pages that differ in nothing but their words.
        self._known: set[int] | None = None if WHOLE else set()
        self._alike: set[str] = set()

    def faults(self, made: Sequence[Sheet]) -> list[str]:
        """Everything wrong with these pages. All are made before: beside a browser at work is no database."""
        with self._shown.act():
            return [fault for number, sheet in enumerate(made) for fault in self._of(number, sheet)]

    def _of(self, number: int, sheet: Sheet) -> Iterator[str]:
        page, looks = self._shown.show(sheet), EVERY_LOOK
        if not WHOLE:
            shape = shape_of(sheet.html)
            looks = () if shape in self._alike else (EVERY_LOOK[number // 8 % 4],)
            self._alike.add(shape)
        yield from look_over(page, sheet.name, looks=looks, frame=number < 4, known=self._known)
        yield from (f"{sheet.name}: says {line}" for line in self._shown.said)
        for value in AS_WRITTEN.findall(sheet.html):
            yield f"{sheet.name}: a value as Python writes it: {value}"


@pytest.fixture(scope="module")
def onlookers() -> Iterator[Onlookers]:
    with stage(still=True) as shown, shown.interval():
        yield Onlookers(shown)


def test_every_page_of_the_policy_can_be_used_by_everybody(onlookers: Onlookers, world: World) -> None:
    """A new GET route is a page that is looked over here or in the states, or it is said why it is none."""
    made = list(sheets.sheets(world))
    seen = {sheet.route for sheet in [*made, *states.sheets(world, states.ON_THE_WAY)]}
    assert sorted({row.route for row in routes.page_rows()} - seen) == []
    assert set(routes.NO_PAGES) <= {row.route for row in POLICY}
    wrong = onlookers.faults(made)
    assert not wrong, "\n".join(wrong)


def test_every_state_can_be_used_by_everybody(onlookers: Onlookers, world: World) -> None:
    wrong = onlookers.faults(list(states.sheets(world)))
    assert not wrong, "\n".join(wrong)


def test_every_state_of_desks_can_be_used_by_everybody(onlookers: Onlookers, world: World) -> None:
    wrong = onlookers.faults(list(states.sheets(world, states_of_desks.STATES)))
    assert not wrong, "\n".join(wrong)


def test_every_state_of_paying_can_be_used_by_everybody(
    onlookers: Onlookers, db: None, bank: StubBank
) -> None:
    """And docs/pay-page.md tells of each, and of no other; what it quotes is on the page."""
    made = list(states.sheets(bank, PAYING))
    rows = re.findall(r"^\| (?!State |-)([^|]+) \| (.+) \|$", PAY_PAGE.read_text("utf-8"), re.MULTILINE)
    names = [sheet.name.removeprefix(f"{sheet.path} ") for sheet in made]
    assert sorted(name for name, _ in rows) == sorted(names)
    quoted = {name: re.findall(r"[^«»…]+(?=[^«]*»)", rest) for name, rest in rows}
    pages = {name: words_of(sheet.html) for name, sheet in zip(names, made, strict=True)}
    unsaid = [(name, each) for name in names for each in quoted[name] if each.strip(" ,") not in pages[name]]
    assert unsaid == []
    wrong = onlookers.faults(made)
    assert not wrong, "\n".join(wrong)


#: What must be noticed on a page whose like was looked at: what is planted before what, and what is said.
PLANTED = [
    ("</head>", "<style>.foot, .foot * {color: #ddd !important}</style>", "color-contrast: "),
    ("</head>", "<style>main p {color: #ddd !important}</style>", "color-contrast: "),
    ("</footer>", '<a href="/nowhere/"></a>', "link-name: "),
    (
        "</header>",
        '<button type="button" aria-expanded="true" aria-controls="gone">Ещё</button>',
        "aria-valid",
    ),
    ("</main>", '<nav aria-label="Разделы"><a href="/">Туда</a></nav>', "landmark-unique: "),
    ("</main>", '<p style="position: fixed; inset: 0; background: #fff">Поверх всего</p>', "is covered by "),
    (
        "</head>",
        "<style>main :focus {outline: 0 !important; box-shadow: none !important}</style>",
        "shows no focus: ",
    ),
    ("</main>", '<button type="button" style="all: revert; width: 20px">x</button>', "target 20x"),
    (
        "</main>",
        "<style>@media (min-width: 40rem) {.wide {width: 30rem}}</style><p class='wide'>x</p>",
        "scrolls sideways with letters twice as large",
    ),
    ("</main>", '<p style="width: 330px">x</p>', "scrolls sideways at 320"),
    ("</main>", '<p style="width: 3em; word-break: break-all">Показания</p>', "torn Показания"),
    ("</main>", '<script>throw new Error("planted")</script>', "error in the page: planted"),
]


def test_what_is_wrong_is_noticed_though_its_like_was_looked_at(onlookers: Onlookers, world: World) -> None:
    sheet = sheet_of("planted", "/payment/", world.browser(Who.ANNA).get("/payment/"))
    assert sheet is not None
    worse = []
    for number, (end, fault, _) in enumerate(PLANTED):
        assert end in sheet.html
        html = sheet.html.replace(end, f"{fault}{end}", 1).replace("<body", f'<body id="planted-{number}"')
        worse.append(replace(sheet, html=html, policy=""))
    assert onlookers.faults([sheet]) == []
    for each, (_, fault, said) in zip(worse, PLANTED, strict=True):
        assert any(said in told for told in onlookers.faults([each])), fault
