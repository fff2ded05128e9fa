"""Where light is supplied, and words of texts as an index knows them."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Func


class SearchWords(Func):
    """The words of columns, for a GIN index and for the search that uses it: small letters, ё as е.

    No dictionary of a language: names of streets and people are in none. «100-5» is two words, like «100, 5».
    """

    template = (
        "array_to_tsvector(string_to_array(btrim(regexp_replace(translate(lower(%(expressions)s), 'ё', 'е'),"
        " '[^[:alnum:]]+', ' ', 'g')), ' '))"
    )
    arg_joiner = " || ' ' || "
    output_field: Any = SearchVectorField()


class Premises(models.Model):
    """The flat or house that is supplied."""

    city = models.CharField(max_length=100)
    street = models.CharField(max_length=160, blank=True)
    house = models.CharField(max_length=30, blank=True)
    flat = models.CharField(max_length=30, blank=True)

    class Meta:
        indexes = [GinIndex(SearchWords("city", "street", "house", "flat"), name="premises_words")]

    def __str__(self) -> str:
        return f"{self.city}, {self.street}, {self.house}"
