"""Visits a page as a slow phone on slow 4G would, twice, and touches it once.

Without the service worker: it starts after the page is shown and takes its files from the cache the page has
filled, and with it one could not tell what came over the network.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, TimeoutError

from bench.face.goals import Visit

# Lighthouse's «slow 4G» as the developer tools apply it: 150 ms there and back become 562.5 ms per request,
# 1.6 Mbit/s down and 750 kbit/s up lose a tenth.
# https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md
SLOW_4G = {
    "offline": False,
    "latency": 150 * 3.75,
    "downloadThroughput": 1_638_400 * 0.9 / 8,
    "uploadThroughput": 768_000 * 0.9 / 8,
}
SLOW_PROCESSOR = 4
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "locale": "ru-RU",
    "service_workers": "block",
}
SETTLED_MS = 500
SHOWN_MS = 20_000
# Events shorter than this are not reported by browsers at all.
SHORTEST_EVENT_MS = 16

OBSERVE = """
window.__face = {lcp: 0, cls: 0, inp: 0};
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) __face.lcp = entry.startTime;
}).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) __face.cls += entry.value;
}).observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (entry.interactionId) __face.inp = Math.max(__face.inp, entry.duration);
}).observe({type: "event", durationThreshold: 16, buffered: true});
"""
# What a person would touch first: a field to type in, something that opens, or just the text.
TYPED = 'main input:visible:is([type="text"], [type="tel"], [type="search"], [type="email"], [inputmode])'
TOUCHED = ("main summary:visible", 'main input[type="checkbox"]:visible', "main h1:visible")


class Wire:
    """Counts what really came over the network; answers from the cache weigh nothing."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = 0
        self.requests = 0
        self._asked: set[str] = set()
        self._kept: set[str] = set()
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.requestServedFromCache", lambda event: self._kept.add(event["requestId"]))
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)

    def _sent(self, event: dict[str, Any]) -> None:
        if event["request"]["url"].startswith("http"):
            self._asked.add(event["requestId"])
        if "redirectResponse" in event:
            self.requests += 1
            self.bytes += int(event["redirectResponse"].get("encodedDataLength", 0))

    def _received(self, event: dict[str, Any]) -> None:
        if event["response"].get("fromDiskCache"):
            self._kept.add(event["requestId"])

    def _finished(self, event: dict[str, Any]) -> None:
        if event["requestId"] in self._asked - self._kept:
            self.requests += 1
            self.bytes += int(event["encodedDataLength"])

    def start_anew(self) -> None:
        """Forget what was counted."""
        self.bytes = self.requests = 0


def of_a_new_device(state: Any) -> Any:
    """A visitor's cookies without the one that says what the browser has kept: its cache is empty."""
    if not state:
        return state
    cookies = [one for one in state["cookies"] if not one["name"].endswith("svet-sheet")]
    return {**state, "cookies": cookies}


def visit(browser: Browser, *, address: str, state: Any) -> Visit:
    """Open the page with an empty cache, touch it, and open it again."""
    with browser.new_context(**PHONE, storage_state=state) as context:
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", SLOW_4G)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_PROCESSOR})
        page.add_init_script(OBSERVE)
        wire = Wire(session)
        page.goto(address, wait_until="networkidle")
        with suppress(TimeoutError):  # nothing large was ever painted: the zero is seen in the table
            page.wait_for_function("__face.lcp > 0", timeout=SHOWN_MS)
        page.wait_for_timeout(SETTLED_MS)
        first_bytes, first_requests = wire.bytes, wire.requests
        lcp = float(page.evaluate("__face.lcp"))
        _touch(page)
        page.wait_for_timeout(SETTLED_MS)
        shifted, slowest = page.evaluate("[__face.cls, __face.inp]")
        page.goto("about:blank")
        wire.start_anew()
        page.goto(address, wait_until="networkidle")
        return Visit(
            first_bytes=first_bytes,
            next_bytes=wire.bytes,
            first_requests=first_requests,
            next_requests=wire.requests,
            lcp_ms=lcp,
            cls=float(shifted),
            inp_ms=max(float(slowest), float(SHORTEST_EVENT_MS)),
        )


def _touch(page: Page) -> None:
    field = page.locator(TYPED).first
    if field.count():
        field.click()
        page.keyboard.type("12", delay=60)
        return
    for selector in TOUCHED:
        if page.locator(selector).count():
            page.locator(selector).first.click()
            return
