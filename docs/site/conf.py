"""How the site of the documents is drawn: the Markdown as it stands, by Sphinx, MyST and furo.

The documents stay what GitHub shows: no directive stands in them. What a site needs beyond that, the order of
its pages, is said here and put under the start page while it is read. Nothing is loaded from elsewhere.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from svet import __version__  # noqa: E402  the root is not on the path of sphinx-build

project = "Svet"
author = "the authors of Svet"
copyright = "the authors of Svet, Apache License 2.0"
version = release = __version__
language = "en"

extensions = ["myst_parser", "sphinxcontrib.mermaid"]
root_doc = "docs/index"
include_patterns = ["docs/**.md", "README.md", "README.ru.md", "CHANGELOG.md", "CONTRIBUTING.md"]
myst_heading_anchors = 4
myst_fence_as_directive = ["mermaid"]
nitpicky = True

html_theme = "furo"
html_title = f"Svet {version}"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_last_updated_fmt = None
# Mermaid's module and its parts, put there by __main__.py.
html_static_path = [str(Path(sys.prefix) / "site-static")]
mermaid_use_local = "mermaid.esm.min.mjs"
html_extra_path = ["start"]
html_theme_options = {"top_of_page_buttons": []}

# One start for each reader; the decisions follow by number.
READERS = {
    "Customer · Потребителю": ["docs/customer", "docs/customer.ru"],
    "Operator": ["docs/operations", "docs/settings", "docs/security", "docs/tariffs", "docs/staff"],
    "Integrator": ["docs/api", "docs/urls", "docs/readings-life"],
    "Developer": [
        "CONTRIBUTING",
        "docs/drawings/rooms",
        "docs/drawings/flows",
        "docs/drawings/states",
        "docs/glossary",
        "docs/quality",
        "docs/pay-page",
        "docs/requirements",
    ],
    "Svet": ["README", "README.ru", "docs/index.ru", "CHANGELOG"],
}


def decisions() -> list[str]:
    files = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    return [str(file.relative_to(ROOT).with_suffix("")) for file in files]


def put_in_order(app: Sphinx, docname: str, content: list[str]) -> None:
    """Put the trees of pages under the start page."""
    if docname != root_doc:
        return
    for caption, pages in {**READERS, "Decisions": decisions()}.items():
        listed = "\n".join(f"/{page}" for page in pages)
        content[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listed}\n```\n"


def lead_to_code(app: Sphinx, docname: str, content: list[str]) -> None:
    """Files of code are named, not carried along: a link to one becomes its name in code."""
    content[0] = re.sub(
        r"\[`?([^\]`]+)`?\]\((?:\.\./)*((?:svet|tests|bench)/[^)#]*|Makefile|pyproject\.toml)\)",
        r"`\2`",
        content[0],
    )


def setup(app: Sphinx) -> None:
    # Pygments knows no haproxy: its example is shown as text.
    app.add_lexer("haproxy", TextLexer)
    app.connect("source-read", put_in_order)
    app.connect("source-read", lead_to_code)
