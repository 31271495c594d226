"""What a simulation needs of a shop; `evaluation.shop.Shop` has it, and tests have a small one in memory."""

from collections.abc import Iterable
from typing import Protocol

from genfacet.catalog import Catalog
from genfacet.facets import Selections
from genfacet_training.evaluation.arms import Arm
from genfacet_training.evaluation.documents import Document
from genfacet_training.evaluation.shop import Page

HITS = 90
"""Results that one search brings: three pages, so that turning a page asks for nothing."""
SHOWN_FACETS = 5
SHOWN_VALUES = 6


class Storefront(Protocol):
    """A shop that can be searched in several arms; all methods may be called from several threads."""

    @property
    def catalog(self) -> Catalog:
        """What is facetable."""

    def page(
        self,
        arm: Arm,
        query: str,
        selections: Selections | None = None,
        *,
        hits: int = 30,
        size: int = 5,
        values: int = 6,
    ) -> Page:
        """One page of results with the facets of an arm."""

    def ranking(self, query: str, first: int = 1000) -> tuple[tuple[str, ...], int]:
        """The ids of a query's first results, and the number of all."""

    def documents(self, ids: Iterable[str]) -> dict[str, Document]:
        """The products of these ids; unknown ones are absent."""
