"""Template tags of the design system: formats, icons, form controls."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField
from django.template import Context
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.services import Service, Unit
from svet.look import formats, services
from svet.look.branding import style
from svet.look.icons import SHAPES
from svet.look.qr import path_of, symbol
from svet.look.sheets import SHARED, PageStyles, text_of

register = template.Library()
_NUMBERS = re.compile(r"(?<![\w-])(?:[А-Я]-[0-9A-Z]{4}-[0-9A-Z]{4}|[0-9]{4}-[0-9]{8,})(?![\w-])")


@register.simple_tag
def qr(text: str, title: str = "") -> SafeString:
    """A QR symbol as inline SVG, dark on white in either theme, with the quiet zone readers need."""
    rows = symbol(text.encode())
    side = len(rows) + 8
    return format_html(
        '<svg class="qr" viewBox="-4 -4 {} {}" role="img" shape-rendering="crispEdges"><title>{}</title>'
        '<rect x="-4" y="-4" width="{}" height="{}" fill="#fff"/><path fill="#000" d="{}"/></svg>',
        side,
        side,
        title,
        side,
        side,
        path_of(rows),
    )


@register.simple_tag(takes_context=True)
def shared_style(context: Context) -> SafeString:
    """The sheet of every page: within the first one a browser sees, which keeps it for the others."""
    return _kept_style(context, static(f"look/{SHARED}.css"), text_of(SHARED))


@register.simple_tag(takes_context=True)
def brand_style(context: Context, frame: Any) -> SafeString:
    """The retailer's colours, where they differ from ours; kept together with the sheet of every page."""
    address = getattr(frame, "brand_style", "")
    if not address:
        return mark_safe("")
    shown = frame.installation
    return _kept_style(context, address, style(primary=shown.primary_color, accent=shown.accent_color))


@register.simple_tag(takes_context=True)
def styles(context: Context, names: str) -> SafeString:
    """The sheets of parts that not every page has, within the page: ``{% styles "table feed" %}``."""
    sheets = _sheets(context)
    if sheets is None:
        return linked_styles(names)
    return format_html("<style>{}</style>", sheets.within(text_of(*names.split())))


@register.simple_tag
def linked_styles(names: str) -> SafeString:
    """Links to sheets, for the desks: whoever works there all day has them."""
    links = ((static(f"look/pages/{name}.css"),) for name in names.split())
    return format_html_join("", '<link rel="stylesheet" href="{}">', links)


@register.simple_tag(takes_context=True)
def dark_style(context: Context, theme: str) -> SafeString:
    """The dark colours, where the person or the device wants them; the switch changes ``media``."""
    media = {"dark": "all", "light": "not all"}.get(theme, "(prefers-color-scheme: dark)")
    sheets = _sheets(context)
    if sheets is None:
        link = '<link rel="stylesheet" href="{}" media="{}" data-dark>'
        return format_html(link, static("look/pages/dark.css"), media)
    return format_html('<style media="{}" data-dark>{}</style>', media, sheets.within(text_of("dark")))


def _kept_style(context: Context, address: str, text: str) -> SafeString:
    sheets = _sheets(context)
    if sheets is None or sheets.has_shared:
        return format_html('<link rel="stylesheet" href="{}">', address)
    sheets.gave_shared = True
    # What holds for no screen is fetched after everything else, and nothing waits for it.
    kept = '<style>{}</style><link rel="stylesheet" href="{}" media="not all">'
    return format_html(kept, sheets.within(text), address)


def _sheets(context: Context) -> PageStyles | None:
    return getattr(context.get("request"), "svet_sheets", None)


@register.filter
def rub(value: Money | int | None) -> str:
    """«1 234,56 ₽» from kopecks or Money."""
    return "" if value is None else formats.roubles(value)


@register.filter
def rub_signed(value: Money | int | None) -> str:
    """«+1 234,56 ₽» / «−300,00 ₽»."""
    return "" if value is None else formats.roubles(value, sign=True)


@register.filter
def amount(value: Money | int | None) -> str:
    """«1234,56» as it is typed into a money field, from kopecks or Money."""
    if value is None:
        return ""
    kopecks = value.kopecks if isinstance(value, Money) else int(value)
    return f"{Decimal(kopecks) / 100:.2f}".replace(".", ",")


@register.filter
def kwh(value: Decimal | int | str | None) -> str:
    """«4 036 кВт·ч»."""
    return "" if value is None or value == "" else formats.energy(value)


@register.filter
def kwh_signed(value: Decimal | int | None) -> str:
    """«+137 кВт·ч»."""
    return "" if value is None else formats.energy(value, sign=True)


@register.filter
def volume(value: Decimal | int | str | None, unit: Unit) -> str:
    """«4 036 кВт·ч» or «12,345 м³», in the unit of its service."""
    return "" if value is None or value == "" else formats.volume(value, unit)


@register.filter
def volume_signed(value: Decimal | int | None, unit: Unit) -> str:
    """«+137 кВт·ч», «+3,2 м³»."""
    return "" if value is None else formats.volume(value, unit, sign=True)


@register.filter
def unit_name(unit: Unit) -> str:
    """«кВт·ч», «м³»."""
    return formats.unit_name(unit)


@register.filter
def service_sentence(service: Service) -> str:
    """What can be told of a service whose sums its supplier counts itself."""
    return services.service_sentence(service)


@register.filter
def grouped(value: Decimal | int | None) -> str:
    """«4 036» without a unit."""
    return "" if value is None else formats.number(value)


@register.filter
def numbered(value: object) -> str:
    """«№ 0300592346»."""
    return formats.numbered(value)


@register.filter
def quoted(value: object) -> str:
    """«Мама»."""
    return formats.quoted(value)


@register.filter
def date_ru(value: date | None) -> str:
    """«22.11.2026»."""
    return "" if value is None else formats.day(value)


@register.filter
def day_month(value: date | None) -> str:
    """«22 ноября»."""
    return "" if value is None else formats.day_and_month(value)


@register.filter
def moment(value: datetime | None) -> str:
    """«22.11.2026 14:05» in local time."""
    return "" if value is None else formats.moment(value)


@register.filter
def month_name(value: Month | date | None) -> str:
    """«ноябрь 2026»."""
    return "" if value is None else formats.month(value)


@register.filter
def phone(value: str | None) -> str:
    """«+7 (911) 717-85-12»."""
    return "" if value is None else formats.phone(value)


@register.filter
def unbroken(value: str | None) -> SafeString:
    """The text with its numbers of papers («П-7K3M-Q2X9», «2610-0300592346») kept on one line each."""
    text = conditional_escape(value if isinstance(value, SafeString) else str(value or ""))
    return mark_safe(_NUMBERS.sub(r'<span class="nowrap">\g<0></span>', text))  # noqa: S308 escaped above


@register.filter
def house_apart(value: str | None) -> SafeString:
    """«ул. Лесная, д. 4» in two parts: where both do not fit the street is cut, never the house."""
    street, comma, house = str(value or "").partition(f", д.{formats.NBSP}")
    if not comma:
        return conditional_escape(street)
    parts = "<span class='line__fit'><span>{},</span> <span>д.{}{}</span></span>"
    return format_html(parts, street, formats.NBSP, house)


@register.filter
def plural_ru(count: int, forms: str) -> str:
    """The Russian form for a count: ``{{ n|plural_ru:"день,дня,дней" }}``."""
    return formats.plural_ru(int(count), forms)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon; with ``label`` it speaks to screen readers, without it it is decoration."""
    shape = mark_safe(SHAPES[name])  # noqa: S308 our own drawing
    if label:
        return format_html(
            '<svg class="icon" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>', label, shape
        )
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', shape)


@register.simple_tag
def control(field: BoundField, **attributes: Any) -> SafeString:
    """The input of a form field; underscores of the attributes become dashes, empty ones are left out."""
    kind = attributes.pop("type", "")
    if kind:
        field.field.widget.input_type = kind
    shown = {name.replace("_", "-"): value for name, value in attributes.items() if value not in ("", None)}
    return field.as_widget(attrs=shown)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether the field is a single tick."""
    return getattr(field.field.widget, "input_type", "") == "checkbox" and not field.field.widget.is_hidden
