"""Which routes are pages: everything the policy lets somebody GET, but for what is said here to be none.

Screenshots, the benchmark and the tests take their pages from here, so a new page needs nothing but its row
in ``tests.authorisation.policy``. Pure: no browser, no settings.
"""

from __future__ import annotations

from tests.authorisation.policy import POLICY, V1, Row

#: GET routes that are no pages, and why.
NO_PAGES = {
    "health/": "data for machines",
    "ready/": "data for machines",
    "brand.css": "a style sheet",
    "manifest.webmanifest": "data for the browser",
    "favicon.ico": "a redirect",
    "service-worker.js": "a script",
    "robots.txt": "text for robots",
    ".well-known/security.txt": "text for researchers",
    "": "a redirect to the entrance or the cabinet",
    "entrance/sign-in/": "a redirect to the tab",
    "accounts/<account_id>/usage/budget/": "a redirect for those who reload a refusal",
    "payment/pay/": "a redirect for those who came back by the browser's button",
    "readings/kept/": "data for the page's own script",
    "profile/person/": "a redirect to the profile",
    "profile/browsers/": "data for the page's own script",
    "profile/messenger/": "a redirect to the settings",
    "staff/registers/<loaded_id>/rejects/": "a register to be mended, as a file",
    "staff/setup/svet-setup.toml": "the file of svet setup",
    "staff/sign-in/provider/": "a redirect to the company's sign-in service",
    "staff/sign-in/provider/back/": "a redirect back from it",
}
NO_PAGE_ENDINGS = (".pdf", ".csv", ".xlsx", ".json", ".jpg", ".ics", ".xml")


def page_rows() -> list[Row]:
    """The rows of pages, one per route, in the order of the policy."""
    rows = {
        row.route: row
        for row in reversed(POLICY)
        if row.method == "GET"
        and not row.route.startswith((V1, "callbacks/"))
        and row.route not in NO_PAGES
        and not row.route.endswith(NO_PAGE_ENDINGS)
    }
    return list(reversed(rows.values()))
