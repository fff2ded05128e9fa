"""A browser's own description, in words a person recognises."""

from __future__ import annotations

_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
# In this order: every browser also calls itself by the names of its ancestors.
_BROWSERS = (
    ("YaBrowser", "Яндекс Браузер"),
    ("SamsungBrowser", "Samsung Internet"),
    ("OPR/", "Opera"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def name_of_agent(agent: str) -> str:
    """``Chrome, Windows``; the unknown is called a browser."""
    text = agent[:400]
    browser = next((name for mark, name in _BROWSERS if mark in text), "Браузер")
    system = next((name for mark, name in _SYSTEMS if mark in text), "")
    return f"{browser}, {system}" if system else browser
