"""What can be measured of a page as it stands: axe, scrolling, targets, the visible focus."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Page

AXE = Path(str(axe_playwright_python.__file__)).with_name("axe.min.js").read_text("utf-8")
PHONE, DESKTOP, NARROW = 360, 1440, 320
TARGET = 44

# Links inside a sentence are as high as their line (WCAG 2.2, 2.5.8, "inline").
TARGETS = """([minimum, frame]) => {
  const wrong = [];
  const union = (one, other) => ({
    left: Math.min(one.left, other.left), top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right), bottom: Math.max(one.bottom, other.bottom),
  });
  const chosen = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  for (const part of (frame ? document : document.querySelector("main")).querySelectorAll(chosen)) {
    if (!part.checkVisibility({ visibilityProperty: true }) || part.disabled) continue;
    if (part.closest(".unseen, .skip")) continue;
    let box = part.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    for (const label of part.matches("input[type=checkbox], input[type=radio]") ? part.labels : []) {
      box = union(box, label.getBoundingClientRect());
    }
    const sentence = part.closest("p, li, dd, td, span, div");
    const around = sentence ? sentence.innerText.trim().length - part.innerText.trim().length : 0;
    if (part.tagName === "A" && getComputedStyle(part).display === "inline" && around > 1) continue;
    const width = Math.round(box.right - box.left), height = Math.round(box.bottom - box.top);
    if (height < minimum || width < minimum) {
      wrong.push(`${width}x${height} ${part.outerHTML.slice(0, 140).replace(/\\s+/g, " ")}`);
    }
  }
  return wrong;
}"""

FOCUS = """(frame) => {
  const wrong = [];
  const ring = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  const fields = "input:not([type=hidden], [disabled]), select, textarea";
  const chosen = `a[href], button:not([disabled]), summary, ${fields}`;
  let shown = 0;
  for (const part of (frame ? document : document.querySelector("main")).querySelectorAll(chosen)) {
    if (!part.checkVisibility({ visibilityProperty: true }) || part.tabIndex < 0) continue;
    const look = () => {
      const around = part.closest("svet-odometer, svet-code") ?? part.parentElement;
      const drawn = around.querySelectorAll(".boxes, .is-here");
      return [part, around, ...around.children, ...drawn].map((each) => {
        const style = getComputedStyle(each);
        return `${style.boxShadow} ${style.borderColor} ${ring(style)}`;
      }).join("|");
    };
    document.activeElement.blur();
    const before = look();
    part.focus();
    const name = part.outerHTML.slice(0, 120).replace(/\\s+/g, " ");
    if (document.activeElement !== part) { wrong.push(`takes no focus: ${name}`); continue; }
    if (look() === before) wrong.push(`shows no focus: ${name}`);
    const box = part.getBoundingClientRect();
    const x = Math.min(Math.max(box.left + Math.min(box.width / 2, 40), 1), innerWidth - 2);
    const y = box.top + Math.min(box.height / 2, 30);
    if (y < 0 || y > innerHeight) { wrong.push(`is out of view: ${name}`); continue; }
    const top = document.elementFromPoint(x, y);
    const covering = top && !part.contains(top) && !top.contains(part) && !part.parentElement.contains(top);
    if (covering) wrong.push(`is covered by ${top.outerHTML.slice(0, 60)}: ${name}`);
    shown += 1;
  }
  if (frame && !shown) wrong.push("nothing takes the focus");
  return wrong;
}"""

# How many pixels too wide, and which parts stick out, the innermost last.
SIDEWAYS = """() => {
  const root = document.documentElement, over = root.scrollWidth - root.clientWidth;
  if (over <= 0) return "";
  const out = [...document.body.querySelectorAll("*")].filter(
    (part) => part.getBoundingClientRect().right > root.clientWidth + 1 && !part.closest(".unseen"));
  return `${over} px: ${out.slice(-4).map((part) => part.outerHTML.slice(0, 90)).join(" … ")}`;
}"""


def violations(page: Page) -> list[str]:
    """What axe finds now, every rule of it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    answer: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{rule['id']}: {node['html'][:160]}" for rule in answer["violations"] for node in rule["nodes"]]


#: Width and theme.
EVERY_LOOK = ((PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark"))


def look_over(
    page: Page, name: str, *, looks: Sequence[tuple[int, Any]] = EVERY_LOOK, frame: bool = True
) -> list[str]:
    """Everything wrong with the page: axe at each look, the rest once; ``frame``: header and footer too."""
    wrong: list[str] = []
    # A few open ones show how all look; a year of opened lines would only be the same again, slowly.
    page.evaluate(
        "[...document.querySelectorAll('main details')].slice(0, 6).forEach(each => each.open = true)"
    )
    for width, theme in looks:
        page.set_viewport_size({"width": width, "height": 780})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        wrong += [f"{name} {width} {theme}: {found}" for found in violations(page)]
    page.set_viewport_size({"width": PHONE, "height": 780})
    wrong += [f"{name}: target {found}" for found in page.evaluate(TARGETS, [TARGET, frame])]
    page.keyboard.press("Tab")  # from now on the focus belongs to the keyboard
    wrong += [f"{name}: focus {found}" for found in page.evaluate(FOCUS, frame)]
    page.set_viewport_size({"width": NARROW, "height": 640})
    if sideways := page.evaluate(SIDEWAYS):
        wrong.append(f"{name}: scrolls sideways at {NARROW} by {sideways}")
    page.set_viewport_size({"width": 640, "height": 640})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    if sideways := page.evaluate(SIDEWAYS):
        wrong.append(f"{name}: scrolls sideways with letters twice as large by {sideways}")
    return wrong
