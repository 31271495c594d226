"""What is compared: a source of facets, and what a selection does to the search."""

from dataclasses import dataclass

from genfacet.request import Mode
from genfacet.sources import Source


@dataclass(frozen=True)
class Arm:
    """One way to serve shoppers.

    ``source`` None serves no facets. ``mode`` is what a selection does; ``rewrites``: the student may write the query.
    An arm that is not ``verified`` shows what its source proposes without counting it, to see that the metrics catch
    it.
    """

    name: str
    source: Source | None
    mode: Mode = "auto"
    verified: bool = True
    rewrites: bool = False
