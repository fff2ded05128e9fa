"""Screenshots of every page of a running Svet, by width and theme: what a person would look at.

``python -m bench.face.shots http://127.0.0.1:8000 --out shots``; ``--pages`` limits them by parts of names.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from bench.face.browser import chromium
from bench.face.pages import Place, Survey, chosen, survey

WIDTHS = (360, 768, 1440)
THEMES = ("light", "dark")


def shoot(page: Page, *, base: str, place: Place, out: Path, mark: str) -> list[str]:
    """Photograph one page whole; returns what was wrong (status, sideways scrolling)."""
    wrong: list[str] = []
    answer = page.goto(base + place.path, wait_until="networkidle")
    status = answer.status if answer else 0
    if status >= 400 and "nothing-here" not in place.path and "trouble" not in place.path:
        wrong.append(f"{place.path} answered {status}")
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if width > 0:
        wrong.append(f"{place.path} scrolls sideways by {width} px at {mark}")
    # As tall as the page: a bar fixed to the bottom would otherwise lie across the picture.
    seen = page.viewport_size or {"width": 0, "height": 0}
    tall = max(seen["height"], page.evaluate("document.documentElement.scrollHeight"))
    page.set_viewport_size({"width": seen["width"], "height": tall})
    page.screenshot(path=out / f"{place.name.replace(', ', '-')}-{mark}.png")
    page.set_viewport_size(seen)
    return wrong


def photograph(
    browser: Browser, *, base: str, found: Survey, places: list[Place], out: Path, given: argparse.Namespace
) -> list[str]:
    """Every place at every width in every theme."""
    wrong: list[str] = []
    for theme in given.themes:
        for width in given.widths:
            look: dict[str, Any] = {
                "viewport": {"width": width, "height": 760 if width < 700 else 900},
                "color_scheme": theme,
                "locale": given.language,
                "reduced_motion": "reduce",
            }
            for visitor in dict.fromkeys(place.visitor for place in places):
                with browser.new_context(**look, storage_state=found.states[visitor]) as context:
                    page = context.new_page()
                    for place in [each for each in places if each.visitor == visitor]:
                        wrong += shoot(page, base=base, place=place, out=out, mark=f"{width}-{theme}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base")
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--pages", default="", help="parts of names or addresses, separated by commas")
    parser.add_argument("--widths", nargs="*", type=int, default=list(WIDTHS))
    parser.add_argument("--themes", nargs="*", default=list(THEMES))
    parser.add_argument("--language", default="ru-RU")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    base = given.base.rstrip("/")
    with chromium() as browser:
        found = survey(base=base)
        places = chosen(found.places, given.pages)
        wrong = photograph(browser, base=base, found=found, places=places, out=given.out, given=given)
    wrong += [f"no way was found to /{route}" for route in found.unreached]
    for line in sorted(set(wrong)):
        print(line)
    print(f"{len(places)} pages, each {len(given.widths) * len(given.themes)} times, are in {given.out}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
