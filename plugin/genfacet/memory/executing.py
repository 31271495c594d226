"""Executing candidates: one counting request under the caller's rights, and the best of what is left."""

from collections.abc import Generator, Iterable, Sequence
from typing import Any

from genfacet.facets import Definition, Selections
from genfacet.memory.choosing import Candidate, chosen, definitions
from genfacet.sibling import Search, Sibling
from genfacet.sources import View
from genfacet.verify import counts_request, read_counts

OPEN = 2
"""Most open facets of one answer: they stand beside the catalogue's own."""


def execute(
    candidates: Iterable[Candidate], view: View, search: Search, selections: Selections, source: str, size: int
) -> Generator[Sibling, Any, Sequence[Definition]]:
    """Yields the request that counts all candidates over a search without its selections, which narrow the counts.

    Returns the best of those that hold, at most `OPEN`; why others do not is noted in the view.
    """
    counting = definitions(candidates, view.probe, view.catalog, source, view.refused.setdefault)
    if not counting:
        return ()
    answer = yield counts_request(search, counting, selections, view.catalog, overlaps=True)
    return chosen(counting, read_counts(answer, counting, selections), min(size, OPEN), view.refused.setdefault)
