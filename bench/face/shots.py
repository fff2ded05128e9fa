"""Screenshots of every page of a running Svet, by width and theme: what a person would look at.

``python -m bench.face.shots http://127.0.0.1:8000 --out shots`` signs in as the first ready person of the
sample town; ``--paths`` limits the pages, ``--anonymous`` does not sign in.
"""

from __future__ import annotations

import argparse
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = (360, 768, 1440)
THEMES = ("light", "dark")
PUBLIC = (
    "/entrance/",
    "/entrance/?tab=sign-in",
    "/entrance/recover/",
    "/agreement/terms/",
    "/agreement/personal_data/",
    "/help/",
    "/nothing-here/",
    "/look/",
)
PRIVATE = (
    "/payment/",
    "/readings/",
    "/history/",
    "/help/",
    "/accounts/",
    "/accounts/add/",
    "/bills/",
    "/tariffs/",
    "/profile/",
    "/profile/notifications/",
    "/profile/password/",
    "/profile/email/",
    "/profile/phone/",
    "/profile/devices/",
    "/profile/consents/",
    "/profile/tokens/",
    "/bell/",
)
# Pages whose address holds an id: a name, where the first link to one is found, what that link looks like.
FOUND = (
    ("account", "/accounts/", 'main a[href^="/accounts/"]:not([href*="add"]):not([href$="/charges/"])'),
    ("charges", "/payment/", 'main a[href$="/charges/"]'),
    ("bill", "/bills/", 'main a[href^="/bills/"]:not([href$=".pdf"])'),
    ("order", "/history/", 'main a[href^="/payment/orders/"]'),
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium of the machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def ready_person(base: str) -> tuple[str, str]:
    """Phone and password of the first ready sign-in of the sample town."""
    with urllib.request.urlopen(f"{base}/sandbox/town.json", timeout=20) as answer:
        town: dict[str, Any] = json.load(answer)
    for key in ("sign_ins", "people", "ready"):
        if town.get(key):
            person = town[key][0]
            return person["phone"], person["password"]
    raise SystemExit("the town offers no ready sign-in")


def sign_in(page: Page, *, base: str, phone: str, password: str) -> None:
    """Sign in as a person would."""
    page.goto(f"{base}/entrance/?tab=sign-in")
    page.locator('input[name="phone"]:visible').fill(phone)
    page.locator('input[name="password"]:visible').fill(password)
    page.locator('main form button[type="submit"]:visible').last.click()
    page.wait_for_load_state("networkidle")


def name_of(path: str) -> str:
    """A file name for an address."""
    return path.strip("/").replace("/", "-").replace("?", "-").replace("=", "-") or "home"


def find_pages(page: Page, *, base: str) -> list[tuple[str, str]]:
    """Names and addresses of the pages that are reached by a link with an id."""
    found: list[tuple[str, str]] = []
    for name, source, selector in FOUND:
        page.goto(base + source)
        link = page.locator(selector).first
        if link.count():
            found.append((name, str(link.get_attribute("href"))))
    return found


def shoot(
    context: BrowserContext, *, base: str, pages: list[tuple[str, str]], out: Path, mark: str
) -> list[str]:
    """Photograph each page whole; returns what was wrong (status, sideways scrolling, console errors)."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda line: wrong.append(f"{page.url} {line.text}") if line.type == "error" else None)
    for name, path in pages:
        answer = page.goto(base + path, wait_until="networkidle")
        status = answer.status if answer else 0
        if status >= 400 and "nothing-here" not in path:
            wrong.append(f"{path} answered {status}")
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if width > 0:
            wrong.append(f"{path} scrolls sideways by {width} px at {mark}")
        # As tall as the page: a bar fixed to the bottom would otherwise lie across the picture.
        seen = page.viewport_size or {"width": 0, "height": 0}
        tall = max(seen["height"], page.evaluate("document.documentElement.scrollHeight"))
        page.set_viewport_size({"width": seen["width"], "height": tall})
        page.screenshot(path=out / f"{name}-{mark}.png")
        page.set_viewport_size(seen)
    page.close()
    return wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base")
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--paths", nargs="*")
    parser.add_argument("--widths", nargs="*", type=int, default=list(WIDTHS))
    parser.add_argument("--themes", nargs="*", default=list(THEMES))
    parser.add_argument("--anonymous", action="store_true")
    parser.add_argument("--person", help="PHONE:PASSWORD instead of the town's first ready sign-in")
    parser.add_argument("--language", default="ru-RU")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    base = given.base.rstrip("/")
    wrong: list[str] = []
    with chromium() as browser:
        state: Any = None
        if not given.anonymous:
            phone, password = given.person.split(":", 1) if given.person else ready_person(base)
            context = browser.new_context(locale=given.language)
            page = context.new_page()
            sign_in(page, base=base, phone=phone, password=password)
            private = [(name_of(path), path) for path in given.paths or PRIVATE]
            if not given.paths:
                private += find_pages(page, base=base)
            state = context.storage_state()
            context.close()
        public = [(f"public-{name_of(path)}", path) for path in given.paths or PUBLIC]
        for theme in given.themes:
            for width in given.widths:
                look: dict[str, Any] = {
                    "viewport": {"width": width, "height": 760 if width < 700 else 900},
                    "color_scheme": theme,
                    "locale": given.language,
                    "reduced_motion": "reduce",
                }
                mark = f"{width}-{theme}"
                for pages, kept in (
                    (private if state else [], state),
                    (public if not state or not given.paths else [], None),
                ):
                    if pages:
                        context = browser.new_context(**look, storage_state=kept)
                        wrong += shoot(context, base=base, pages=pages, out=given.out, mark=mark)
                        context.close()
    for line in sorted(set(wrong)):
        print(line)
    print(f"screenshots are in {given.out}")


if __name__ == "__main__":
    main()
