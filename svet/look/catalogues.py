"""Collects every text of the package into the catalogues: ``python -m svet.look.catalogues``.

Russian is the source, so its catalogue holds plurals only; English must be complete. Compiled files are made
at set-up and are not kept in the repository.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = PACKAGE / "locale"
LANGUAGES = ("ru", "en")
KEYWORDS: dict[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Catalogues change when texts change, not when the clock does.
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


def extract_template(file: IO[bytes], keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """Babel's extraction method for Django templates: Django turns them into Python first."""
    source = templatize(file.read().decode("utf-8"), origin=getattr(file, "name", None))
    lines = "\n".join(line.strip() for line in source.splitlines())
    yield from extract_python(BytesIO(lines.encode("utf-8")), keywords, tags, options)


def collect() -> Catalog:
    """Every text of the package that a customer can see."""
    found = Catalog(project="svet", charset="utf-8", creation_date=WRITTEN, revision_date=WRITTEN)
    method = f"{extract_template.__module__}:{extract_template.__name__}"
    texts = extract_from_dir(
        PACKAGE,
        method_map=[
            ("**/templates/**.html", method),
            ("**/templates/**.txt", method),
            ("**.py", "python"),
        ],
        options_map={"**.py": {"encoding": "utf-8"}},
        keywords=KEYWORDS,
        directory_filter=lambda folder: Path(folder).name not in ("tests", "migrations", "sandbox", "locale"),
    )
    for file, _line, message, comments, context in texts:
        found.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return found


def read(language: str) -> Catalog:
    """The catalogue of a language as it is kept; an empty one when there is none."""
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    if not path.is_file():
        return Catalog(locale=language, project="svet")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def merged(language: str, texts: Catalog) -> Catalog:
    """The kept translations laid over the collected texts; what is gone is dropped."""
    catalogue = read(language)
    catalogue.update(texts, no_fuzzy_matching=True, keep_user_comments=True)
    catalogue.obsolete.clear()
    catalogue.creation_date = catalogue.revision_date = WRITTEN
    catalogue.project, catalogue.version = "svet", "1"
    return catalogue


def missing(language: str, catalogue: Iterable[Message]) -> list[str]:
    """Texts of a catalogue that nobody translated, or only nearly; Russian needs just its plurals."""
    wanting: list[str] = []
    for message in catalogue:
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if language == "ru" and not message.pluralizable:
            continue
        if message.fuzzy or not strings or not all(strings):
            wanting.append(str(message.id))
    return wanting


def main() -> int:
    """Rewrite the catalogues; says what still has to be translated and fails while anything is."""
    texts = collect()
    wanting = 0
    for language in LANGUAGES:
        catalogue = merged(language, texts)
        target = LOCALE / language / "LC_MESSAGES" / "django.po"
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            write_po(file, catalogue, width=110, sort_output=True, include_lineno=False)
        lacks = missing(language, catalogue)
        wanting += len(lacks)
        sys.stdout.write(f"{language}: {len(catalogue)} texts, {len(lacks)} to translate\n")
    return 1 if wanting else 0


if __name__ == "__main__":
    raise SystemExit(main())
