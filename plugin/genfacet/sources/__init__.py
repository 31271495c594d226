"""Where facets come from: each source reads the probe and proposes facets, best first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from typing import Protocol

from genfacet.background import Background
from genfacet.catalog import Catalog
from genfacet.errors import SettingsError
from genfacet.facets import Definition
from genfacet.probe import Probe

GROUP = "genfacet.sources"


@dataclass(frozen=True, slots=True)
class View:
    """All that a source knows of a query: its words, the probe, and the whole index behind it.

    In ``refused`` a source notes which open facets it leaves out, by label, and why: for people who ask.
    """

    query: str | None
    probe: Probe
    background: Background | None
    catalog: Catalog
    refused: dict[str, str] = field(default_factory=dict, compare=False)


class Source(Protocol):
    """Proposes facets. A source is a pure function of the view: equal views give equal facets.

    ``needs_background``: it wants to know the whole index too. That costs an aggregation over the index once per
    audience; the view of other sources has none. ``needs_titles``, an attribute that a source may leave out: it wants
    titles of the first results in the probe.
    """

    needs_background: bool

    def propose(self, view: View, size: int, values: int) -> Sequence[Definition]:
        """At most ``size`` facets of at most ``values`` values each, best first."""


@cache
def source_names() -> tuple[str, ...]:
    """The names of all installed sources."""
    return tuple(sorted(entry.name for entry in entry_points(group=GROUP)))


@cache
def load_source(name: str) -> Source:
    """The source of that name; raises SettingsError where none is installed."""
    for entry in entry_points(group=GROUP, name=name):
        source: Source = entry.load()
        return source
    raise SettingsError(f"unknown source [{name}], known are {', '.join(source_names())}")
