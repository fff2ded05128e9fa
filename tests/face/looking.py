"""What can be measured of a page as it stands: axe, scrolling, targets, the visible focus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

from tests.face.rendering import AXE

PHONE, DESKTOP, NARROW, LARGE = 360, 1440, 320, 640
# Only what is wrong leaves the browser: all that passed, told too, took longer than finding it. Sheets of
# style are read in advance for one rule alone, and that one is off unless asked for (css-orientation-lock).
# Two thirds of the time of axe go to its contrasts. What is drawn alike has the same one: of each kind of
# text, by what it is, its letters and all that is painted behind them, the first is asked about.
# They are asked in the one run of all rules: for a second one axe would read the whole page anew.
# More than half of a page is around its main part, and was on the page before it: what of it is the same is
# not asked about again. Landmarks, headings, roles and whatever names another part, whose rules compare them
# with the rest of the page, always are. What is known is told by numbers: as text it was longer than a page.
ASK = """async ([address, known]) => {
  if (!("axe" in window)) await new Promise((done, failed) => {
    const script = document.createElement("script");
    Object.assign(script, { src: address, onload: done, onerror: () => failed(new Error("no axe")) });
    document.head.append(script);
    script.remove();
  });
  const said = (answer) => answer.violations.flatMap(
    (rule) => rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)}`));
  const options = { resultTypes: ["violations"], preload: { assets: ["media"] } };
  if (known === null) return [said(await axe.run(document, options)), []];
  const seen = new Set(known), fresh = [], firsts = [];
  const isNew = (text) => {
    let [one, two] = [0xdeadbeef, 0x41c6ce57];
    for (let at = 0; at < text.length; at++) {
      one = Math.imul(one ^ text.charCodeAt(at), 2654435761);
      two = Math.imul(two ^ text.charCodeAt(at), 1597334677);
    }
    const number = 4294967296 * ((two ^ one >>> 15) & 2097151) + (one >>> 0);
    if (seen.has(number)) return false;
    seen.add(number);
    fresh.push(number);
    return true;
  };
  const behind = new Map();
  const painted = (part) => {
    if (!part) return "";
    if (!behind.has(part)) {
      const style = getComputedStyle(part);
      const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter].join();
      const bare = "rgba(0, 0, 0, 0),none,1,none";
      behind.set(part, painted(part.parentElement) + (own === bare ? "" : `/${own}`));
    }
    return behind.get(part);
  };
  const name = (part) => part && `${part.localName}.${part.className}`;
  for (const part of document.body.querySelectorAll("*")) {
    const spoken = [...part.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!spoken && !part.matches("input, select, textarea")) continue;
    if (part.closest("script, style, noscript, template")) continue;
    if (!part.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(part);
    const off = part.matches(":disabled, [aria-disabled=true]");
    const letters = [name(part), name(part.parentElement), color, fontSize, fontWeight, textShadow, off];
    if (isNew(`${letters.join()}${painted(part)}`)) firsts.push(part);
  }
  firsts.forEach((part) => part.setAttribute("data-asked", ""));
  const look = `${innerWidth} ${matchMedia("(prefers-color-scheme: dark)").matches}`;
  const compared = "[data-asked], [role], [for], [accesskey], [href^='#'], h1, h2, h3, h4, h5, h6, "
    + "[aria-controls], [aria-labelledby], [aria-describedby], [aria-owns], [aria-details]";
  const marks = "header, footer, nav, aside, section, form, dialog";
  const same = [];
  const leave = (part) => {
    for (const each of part.children) {
      if (each.matches(compared)) continue;
      if (each.matches(marks) || each.querySelector(`${marks}, ${compared}`)) leave(each);
      else {
        const html = each.outerHTML.replace(/[0-9a-z]{16,}| aria-current="[a-z]*"/g, "");
        if (!isNew(`${look} ${name(part)} ${html}`)) same.push(each);
      }
    }
  };
  for (let at = document.querySelector("main"); at && at !== document.body; at = at.parentElement) {
    for (const beside of at.parentElement.children) if (beside !== at) leave(beside);
  }
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-asked]" }] });
  const wrong = said(await axe.run(same.length ? { exclude: same } : document, options));
  firsts.forEach((part) => part.removeAttribute("data-asked"));
  return [wrong, fresh];
}"""
TARGET = 44

# A few open lines show how all look; a year of them would only be the same again, slowly.
OPENED = """[...document.querySelectorAll("main details")].slice(0, 6).forEach(each => each.open = true)"""
DARK = "matchMedia('(prefers-color-scheme: dark)').matches"

# Links inside a sentence are as high as their line (WCAG 2.2, 2.5.8, "inline").
TARGETS = """([minimum, frame]) => {
  const wrong = [];
  const union = (one, other) => ({
    left: Math.min(one.left, other.left), top: Math.min(one.top, other.top),
    right: Math.max(one.right, other.right), bottom: Math.max(one.bottom, other.bottom),
  });
  // What is drawn inside a picture has no innerText.
  const said = (part) => (part.innerText ?? part.textContent).trim();
  const chosen = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  for (const part of (frame ? document : document.querySelector("main")).querySelectorAll(chosen)) {
    if (!part.checkVisibility({ visibilityProperty: true }) || part.disabled) continue;
    // A month of a chart is narrow where twelve stand on a phone; the same is done beside it by full targets.
    if (part.closest(".unseen, .skip, svg")) continue;
    let box = part.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    for (const label of part.matches("input[type=checkbox], input[type=radio]") ? part.labels : []) {
      box = union(box, label.getBoundingClientRect());
    }
    const sentence = part.closest("p, li, dd, td, span, div");
    const around = sentence ? said(sentence).length - said(part).length : 0;
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

# How many pixels too wide, and which parts stick out, the innermost last; with letters of this size.
SIDEWAYS = """(size) => {
  const root = document.documentElement;
  root.style.fontSize = size;
  const over = root.scrollWidth - root.clientWidth;
  const out = over <= 0 ? [] : [...document.body.querySelectorAll("*")].filter(
    (part) => part.getBoundingClientRect().right > root.clientWidth + 1 && !part.closest(".unseen"));
  root.style.fontSize = "";
  const told = out.slice(-4).map((part) => part.outerHTML.slice(0, 90)).join(" … ");
  return over <= 0 ? "" : `${over} px: ${told}`;
}"""


#: Words whose letters stand on two lines without a hyphen between them, and ids, sums and dates that wrap.
TORN = r"""() => {
  const root = document.documentElement, size = root.dataset.size;
  const closed = [...document.querySelectorAll("details:not([open])")];
  root.dataset.size = "large";
  closed.forEach(each => each.open = true);
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
  closed.forEach(each => each.open = false);
  if (size === undefined) delete root.dataset.size; else root.dataset.size = size;
  return [...new Set(wrong)];
}"""

# What is looked at at one width is asked at once: each question takes three processes as long as its answer.
HANDS = f"([minimum, frame]) => [({TARGETS})([minimum, frame]), ({FOCUS})(frame)]"
SQUEEZED = f"""(size) => {{
  {OPENED};
  return [{DARK}, ({SIDEWAYS})(size), size ? [] : ({TORN})()];
}}"""


def violations(page: Page, known: set[int] | None = None) -> list[str]:
    """What axe finds now, every rule of it; of contrasts and of what stands around the page, what is new."""
    found, fresh = page.evaluate(ASK, [AXE, None if known is None else sorted(known)])
    if known is not None:
        known.update(fresh)
    wrong: list[str] = found
    return wrong


def widen(page: Page, width: int, *, height: int = 780) -> None:
    """Give the page this much room, unless it has it."""
    if page.viewport_size != (size := {"width": width, "height": height}):
        page.set_viewport_size(size)  # type: ignore[arg-type]


#: Width and theme.
EVERY_LOOK: tuple[tuple[int, str], ...] = (
    (PHONE, "light"),
    (PHONE, "dark"),
    (DESKTOP, "light"),
    (DESKTOP, "dark"),
)


def look_over(
    page: Page,
    name: str,
    *,
    looks: Sequence[tuple[int, Any]] = EVERY_LOOK,
    frame: bool = True,
    known: set[int] | None = None,
) -> list[str]:
    """Everything wrong with the page: axe at each look, the rest once; ``frame``: header and footer too.

    ``known``: kinds of text whose contrast was looked at. The next page begins at the width at which this one
    ends: each change of it is drawn anew.
    """
    size = page.viewport_size
    first, last = (LARGE, NARROW) if size is not None and size["width"] == LARGE else (NARROW, LARGE)
    dark, wrong = _squeezed(page, name, first)
    for width, theme in looks:
        widen(page, width)
        if dark != (dark := theme == "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        wrong += [f"{name} {width} {theme}: {found}" for found in violations(page, known)]
    widen(page, PHONE)
    # Nobody has pointed at anything here, so the focus looks as a keyboard's does.
    targets, focus = page.evaluate(HANDS, [TARGET, frame])
    wrong += [f"{name}: target {found}" for found in targets]
    wrong += [f"{name}: focus {found}" for found in focus]
    return wrong + _squeezed(page, name, last)[1]


def _squeezed(page: Page, name: str, width: int) -> tuple[bool, list[str]]:
    """Letters twice as large; or the narrowest phone, and on it with large letters what is torn.

    Whether it is dark is told beside it.
    """
    widen(page, width, height=640)
    dark, sideways, torn = page.evaluate(SQUEEZED, "200%" if width == LARGE else "")
    where = "with letters twice as large" if width == LARGE else f"at {NARROW}"
    wrong = [f"{name}: scrolls sideways {where} by {sideways}"] if sideways else []
    return dark, wrong + [f"{name}: torn {found}" for found in torn]
