"""«Крупный шрифт» on the narrowest phone: no word is cut in two, no number is torn."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from svet.gateways import acquiring
from svet.payments.tests.factories import StubBank
from tests.authorisation.world import World, build
from tests.face import sheets, states
from tests.face.looking import NARROW
from tests.face.rendering import stage

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

#: Words whose letters stand on two lines without a hyphen between them, and ids, sums and dates that wrap.
TORN = r"""() => {
  const wrong = [];
  const range = document.createRange();
  const lines = (node, from, to) => {
    range.setStart(node, from);
    range.setEnd(node, to);
    const tops = [];
    for (const box of range.getClientRects()) {
      const known = tops.some((top) => Math.abs(top - box.top) < box.height / 2);
      if (box.width > 0.5 && !known) tops.push(box.top);
    }
    return tops.length;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const word = /[\p{L}\p{N}]+/gu;
  // П-7K3M-Q2X9, 15.12.2026, 1 234,56 ₽, +7 (911) 717-85-12: torn at a hyphen they cannot be read out.
  const whole = new RegExp([
    "[А-Я]-[0-9A-Z]{4}-[0-9A-Z]{4}", "\\d{2}\\.\\d{2}\\.\\d{4}", "\\d{4}-\\d{8,}", "№\u00a0\\S+",
    "[−+]?\\d{1,3}(?:\u00a0\\d{3})*(?:,\\d+)?\u00a0(?:₽|кВт·ч)",
  ].join("|"), "gu");
  while (walker.nextNode()) {
    const node = walker.currentNode, part = node.parentElement;
    if (!part || part.closest("script, style, noscript, template, .unseen, select, svg")) continue;
    if (!part.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) continue;
    for (const kind of [word, whole]) {
      for (const found of node.data.matchAll(kind)) {
        // An address or a name of more than a line cannot but be cut.
        const before = node.data.slice(0, found.index).match(/\S*$/)[0];
        if ((before + node.data.slice(found.index).match(/^\S*/)[0]).length > 20) continue;
        if (lines(node, found.index, found.index + found[0].length) > 1) {
          wrong.push(`${found[0]} in <${part.tagName.toLowerCase()} class="${part.className}">`);
        }
      }
    }
  }
  return [...new Set(wrong)];
}"""


def torn(page: Page) -> list[str]:
    """What is torn on the page as it stands, with large letters on the narrowest phone."""
    page.set_viewport_size({"width": NARROW, "height": 640})
    page.evaluate("document.documentElement.dataset.size = 'large'")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    return list(page.evaluate(TORN))


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    bank = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    return build()


def test_no_word_is_cut_and_no_number_is_torn(world: World) -> None:
    found = [*sheets.sheets(world), *states.sheets(world)]
    wrong: list[str] = []
    with stage() as shown:
        for sheet in found:
            page = shown.show(sheet)
            wrong += [f"{sheet.name}: {each}" for each in torn(page)]
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong)
