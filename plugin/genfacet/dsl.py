"""Facets for ``elasticsearch.dsl``: of an attribute of ``genfacet.yml``, and generated ones that follow the query.

``AttributeFacet`` stands in the ``facets`` of any ``FacetedSearch``. ``GenFacetedSearch`` is a ``FacetedSearch`` whose
search goes through a ``GenFacet``: to the facets that its class lists it adds those that help this query.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

from elasticsearch.dsl import A, AsyncFacetedSearch, Facet, FacetedResponse, FacetedSearch, Q
from elasticsearch.dsl.aggs import Agg
from elasticsearch.dsl.faceted_search_base import FacetedSearchBase
from elasticsearch.dsl.query import Query
from elasticsearch.dsl.utils import _R

from genfacet.catalog import Catalog
from genfacet.clauses import UnknownValueError, facet_clause, is_expressible, kind_of, value_clause
from genfacet.errors import RequestError, SettingsError
from genfacet.hook import AsyncGenFacet, GenFacet
from genfacet.settings import IndexSettings
from genfacet.values import read_number

__all__ = ["AsyncGenFacetedSearch", "AttributeFacet", "GenFacetedResponse", "GenFacetedSearch"]

READ = 200
"""Most values that are read of an attribute, so that selected ones are found behind those that are shown."""
READ_BY_SHARD = 1000
"""Most values that a shard tells: the more, the fewer counts are inexact."""
MAX_QUERY = 1024


class AttributeFacet(Facet[Any]):
    """A facet of one attribute, for ``facets`` of a ``FacetedSearch``; values and filters are those of the contract.

    ``index`` is a section of the configuration: ``load_settings().indices["products"]``. Without ``values`` the
    ``size`` most frequent values are shown. A number needs them, as ranges (``["..50", "50..100", "100.."]``), and so
    does an open facet (``"~use"``). Raises SettingsError where the index has no such attribute or value.
    """

    def __init__(self, name: str, index: IndexSettings, values: Sequence[str] = (), size: int = 10) -> None:
        super().__init__()
        self._name, self._catalog, self._size = name, index.catalog(), size
        self._values = tuple(values) or _known_values(name, self._catalog)
        try:
            self._aggregation = self._count_values() if self._values else self._find_values()
        except UnknownValueError as error:
            raise SettingsError(f"facet {name!r}: {error}") from None

    def get_aggregation(self) -> Agg[Any]:
        """Counts of root documents, by value."""
        return A(self._aggregation)

    def add_filter(self, filter_values: Sequence[Any]) -> Query | None:
        """Any of the selected values; raises RequestError for one that the attribute cannot have."""
        if not filter_values:
            return None
        try:
            return Q(facet_clause(self._name, list(map(_text, filter_values)), self._catalog))
        except UnknownValueError as error:
            raise RequestError(f"facet {self._name!r}: {error}") from None

    def get_values(self, data: Any, filter_values: Sequence[Any]) -> list[tuple[Any, int, bool]]:
        """``(value, count, selected)``; the count of a selected value is None where this request cannot tell it."""
        read = data.to_dict()
        counts, complete = self._read_counts(read) if self._values else self._read_found(read)
        chosen = list(map(_text, filter_values))
        living = [value for value, count in counts.items() if count and value not in chosen]
        offered = living if self._values else living[: max(0, self._size - len(chosen))]
        absent = cast("int", 0 if complete else None)
        shown = [value for value in dict.fromkeys([*counts, *chosen]) if value in {*chosen, *offered}]
        return [(value, counts.get(value, absent), value in chosen) for value in shown]

    def _count_values(self) -> dict[str, Any]:
        clauses = [value_clause(self._name, value, self._catalog) for value in self._values]
        return {"filters": {"filters": {str(place): clause for place, clause in enumerate(clauses)}}}

    def _read_counts(self, read: Mapping[str, Any]) -> tuple[dict[str, int], bool]:
        buckets = read["buckets"]
        return {value: buckets[str(place)]["doc_count"] for place, value in enumerate(self._values)}, False

    def _find_values(self) -> dict[str, Any]:
        attribute = self._catalog.attribute(self._name)
        if attribute is None:
            raise UnknownValueError("no facetable attribute; an open facet needs values")
        if attribute.type == "number":
            raise UnknownValueError('a number needs values, such as ["..50", "50..100", "100.."]')
        if attribute.field is not None:
            return _terms(attribute.field, self._size)
        if len(self._catalog.families) > 1 or self._catalog.families[0].text is None:
            raise UnknownValueError("attributes of several families, or of one without text, need values")
        family = self._catalog.families[0]
        found = {"values": {**_terms(family.text, self._size), "aggs": {"documents": {"reverse_nested": {}}}}}
        if family.number is not None:
            found["numbers"] = {"filter": {"exists": {"field": family.number}}}
        named = {"filter": {"terms": {family.name: family.raw_names(self._name)}}, "aggs": found}
        return {"nested": {"path": family.path}, "aggs": {"named": named}}

    def _read_found(self, read: Mapping[str, Any]) -> tuple[dict[str, int], bool]:
        """Counts of the values that were found, the most frequent first; and whether all others have none.

        A value is left out where its count may not be what selecting it finds: a shard did not tell it, or it would
        be selected by its number as well.
        """
        named = read.get("named", read)
        found = named.get("values", named)
        numbers = "numbers" in named and named["numbers"]["doc_count"] > 0
        counts = {
            bucket["key"]: bucket.get("documents", bucket)["doc_count"]
            for bucket in found["buckets"]
            if not bucket["doc_count_error_upper_bound"] and self._is_plain(bucket["key"], numbers)
        }
        complete = not numbers and not found["sum_other_doc_count"] and len(counts) == len(found["buckets"])
        return dict(sorted(counts.items(), key=lambda pair: -pair[1])), complete

    def _is_plain(self, value: str, numbers: bool) -> bool:
        name, catalog = self._name, self._catalog
        return (
            is_expressible(name, [value], catalog)
            and kind_of(name, value, catalog) == "attribute"
            and not (numbers and read_number(value) is not None)
        )


class GenFacetedResponse(FacetedResponse[_R]):
    """The response of a ``GenFacetedSearch``."""

    @property
    def genfacet(self) -> dict[str, Any]:
        """``ext.genfacet`` of the answer: labels, reasons, the rewritten query, what was ignored."""
        ext: Any = self._d_.get("ext", {})
        return cast("dict[str, Any]", ext.get("genfacet", {}))

    @property
    def facets(self) -> dict[str, list[tuple[Any, int, bool]]]:
        """``(value, count, selected)`` by facet: those of the class, then the generated ones.

        The count of a selected value of a generated facet is None where counts could not be had in time.
        """
        if not hasattr(self, "_facets"):
            shown = super().facets  # keeps them in _facets
            for facet in self.genfacet.get("facets", ()):
                if facet["name"] not in shown:
                    shown[facet["name"]] = [(v["value"], v["count"], v["selected"]) for v in facet["values"]]
        return self._facets


class _Generated(FacetedSearchBase[_R]):
    """What both searches share: a search that asks for facets, and the hook that it goes through."""

    genfacet: Any

    def __init__(
        self,
        query: str | Query | None = None,
        filters: Mapping[str, Any] | None = None,
        sort: Sequence[str] = (),
        *,
        genfacet: Any = None,
        **section: Any,
    ) -> None:
        self._section = section
        if genfacet is not None:
            self.genfacet = genfacet
        super().__init__(query, dict(filters or {}), sort)

    def add_filter(self, name: str, filter_values: Any) -> None:
        """Selects values of a facet of the class, or else of a generated one."""
        if name in self.facets:
            super().add_filter(name, filter_values)
        elif filter_values is not None:
            values = filter_values if isinstance(filter_values, list | tuple) else [filter_values]
            self.filter_values[name] = list(map(_text, values))

    def build_search(self) -> Any:
        """The ``Search`` of the class, asking for facets."""
        search: Any = super().build_search()
        selected = {name: values for name, values in self.filter_values.items() if name not in self.facets}
        asked: dict[str, Any] = {"selected": selected, **self._section}
        if isinstance(self._query, str) and 0 < len(self._query) <= MAX_QUERY:
            asked.setdefault("user_query", self._query)
        ext = {**search.to_dict().get("ext", {}), "genfacet": asked}
        return search.using(self.genfacet).response_class(GenFacetedResponse).extra(ext=ext)

    def _counting(self) -> Any:
        return self._s.extra(from_=0, size=0, track_total_hits=True)


class GenFacetedSearch(_Generated[_R], FacetedSearch[_R]):
    """A ``FacetedSearch`` with facets that follow the query, beside those that the class may list itself.

    ``genfacet``, an attribute of the class or an argument, is the hook that searches; it takes the place of ``using``.
    ``filters`` selects values of listed facets and generated ones alike. Other keywords are keys of ``ext.genfacet``:
    ``size``, ``values``, ``mode``, ``rewritten``, ``deadline_ms`` and so on.
    """

    genfacet: GenFacet

    def execute(self) -> GenFacetedResponse[_R]:
        """Searches, once; raises what the client raises."""
        return cast("GenFacetedResponse[_R]", super().execute())

    def count(self) -> int:
        """The number of results under the selections."""
        return int(self._counting().execute()["hits"]["total"]["value"])


class AsyncGenFacetedSearch(_Generated[_R], AsyncFacetedSearch[_R]):
    """``GenFacetedSearch`` for an ``AsyncGenFacet``."""

    genfacet: AsyncGenFacet

    async def execute(self) -> GenFacetedResponse[_R]:
        """Searches, once; raises what the client raises."""
        return cast("GenFacetedResponse[_R]", await super().execute())

    async def count(self) -> int:
        """The number of results under the selections."""
        return int((await self._counting().execute())["hits"]["total"]["value"])


def _known_values(name: str, catalog: Catalog) -> tuple[str, ...]:
    attribute = catalog.attribute(name)
    return ("yes", "no") if attribute is not None and attribute.field and attribute.type == "boolean" else ()


def _terms(field: str | None, size: int) -> dict[str, Any]:
    shown = max(READ, size)
    shards = max(READ_BY_SHARD, shown)
    return {"terms": {"field": field, "size": shown, "shard_size": shards, "show_term_doc_count_error": True}}


def _text(value: Any) -> str:
    """A selected value as the contract writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{Decimal(repr(value)):f}" if isinstance(value, float) else str(value)
