"""Outer ids in addresses: one converter, so that what cannot be an id is no page and asks nothing."""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import StringConverter

from svet.kernel.ids import PUBLIC_ID


class PublicIdConverter(StringConverter):
    """``<public_id:name>`` in a route."""

    regex = PUBLIC_ID.pattern


register_converter(PublicIdConverter, "public_id")
