"""The program's words for commands that need neither a database nor the site's settings."""

from __future__ import annotations

from pathlib import Path


def ready_words() -> None:
    """Let ``gettext`` speak Russian where Django is not set up yet."""
    import django
    from django.conf import settings

    if settings.configured:
        return
    locale = Path(__file__).resolve().parents[2] / "locale"
    settings.configure(USE_I18N=True, LANGUAGE_CODE="ru", LOCALE_PATHS=[locale], INSTALLED_APPS=[])
    django.setup()
