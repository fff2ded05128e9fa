"""A member's name in templates of the desks: as the books keep it, the code of the role in words."""

from __future__ import annotations

from django import template

from svet.staffing.texts import name_in_words

register = template.Library()


@register.filter
def member(kept: str) -> str:
    """«Горелов Пётр (расчётчик)»."""
    return name_in_words(kept)
