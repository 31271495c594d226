"""Which open facets hold for a query: candidates of several origins, executed in one counting request."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from genfacet.catalog import Catalog
from genfacet.clauses import is_expressible
from genfacet.facets import Definition
from genfacet.probe import Probe
from genfacet.prompt import Proposed, open_name
from genfacet.sources.ranking import evenness, words
from genfacet.values import TEXT, read_open, words_of
from genfacet.verify import Counts

CANDIDATES = 10
"""Facets that are executed."""
VALUES = 6
"""Values of a candidate that are executed."""
FEWEST_RESULTS = 2
"""An open value that one product meets is a name for it."""
FEWEST_VALUES = 2
LEAST_KEPT = 0.5
"""Where fewer of a facet's values execute than this share, it was made for other products."""
LEAST_COVERED = 0.2
"""A facet whose values hold for fewer results than this share is not worth a place."""
MOST_COVERED = 0.95
"""A value that holds for more of the results than this share splits nothing."""

Tell = Callable[[str, str], object]
"""Is told the label of each facet that is left out, and why."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open facet, and what speaks for it before it is executed (0 to 1)."""

    facet: Proposed
    merit: float


def _untold(label: str, why: str) -> None:
    """Tells nobody."""


def definitions(
    candidates: Iterable[Candidate], probe: Probe, catalog: Catalog, source: str, tell: Tell = _untold
) -> list[Definition]:
    """The candidates as definitions to be counted: each label and each meaning once, the one of most merit.

    Values are left out that the catalogue cannot express, or whose attributes none of the results carries.
    """
    found: dict[str, Definition] = {}
    meanings: set[frozenset[str]] = set()
    for candidate in sorted(candidates, key=lambda one: -one.merit):
        facet = candidate.facet
        values = [value for value in dict.fromkeys(facet.values) if _is_at_home(value, probe, catalog)][:VALUES]
        meant = frozenset(value.partition("|")[2] or value for value in values)
        name = open_name(facet.label)
        if len(values) < max(FEWEST_VALUES, LEAST_KEPT * len(facet.values)):
            tell(facet.label, f"{len(values)} of its {len(facet.values)} values name what results have")
            continue
        if name in found:
            continue
        if meant in meanings:
            tell(facet.label, "its values mean what those of another facet mean")
            continue
        if len(found) == CANDIDATES:
            tell(facet.label, f"it is not among the {CANDIDATES} that are counted")
            continue
        meanings.add(meant)
        labels = tuple(map(words_of, values))
        merit = {"merit": candidate.merit, "share": len(values) / len(facet.values)}
        found[name] = Definition(name, facet.label, "open", source, tuple(values), labels, explanation=merit)
    return list(found.values())


def chosen(counted: Sequence[Definition], counts: Counts, size: int, tell: Tell = _untold) -> list[Definition]:
    """The ``size`` best of facets counted with their overlaps: those that split and cover the results, and whose values
    mostly live.

    No two values of a facet hold for the same results, and no two facets say the same: they share neither most words of
    their labels nor their living values' meanings.
    """
    living = [_living(definition, counts, tell) for definition in counted]
    ranked = sorted((one for one in living if one is not None), key=lambda one: -one.explanation["score"])
    found: list[Definition] = []
    for one in ranked:
        alike = next((other.label for other in found if _alike(one, other)), None)
        if alike is not None:
            tell(one.label, f"it says what {alike!r} says")
        elif len(found) == size:
            tell(one.label, "others are better")
        else:
            found.append(one)
    return found


def _is_at_home(value: str, probe: Probe, catalog: Catalog) -> bool:
    if not is_expressible("~", [value], catalog):
        return False
    named = {constraint.name for constraint in read_open(value).constraints} - {TEXT}
    return named <= probe.attributes.keys()


def _living(definition: Definition, counts: Counts, tell: Tell) -> Definition | None:
    """The facet with the values that hold for some, not for all, and not for those of an earlier value; None where too
    little of it is left."""
    counted, twins, total = counts.values[definition.name], counts.twins[definition.name], counts.total
    kept = [v for v in definition.values if FEWEST_RESULTS <= counted[v] <= MOST_COVERED * total and v not in twins]
    parts = [counted[value] for value in kept]
    covered = min(1.0, sum(parts) / total) if total else 0.0
    proposed = round(len(definition.values) / definition.explanation["share"])
    if len(kept) < max(FEWEST_VALUES, LEAST_KEPT * proposed):
        tell(definition.label, f"{len(kept)} of its {proposed} values split the results")
        return None
    if covered < LEAST_COVERED:
        tell(definition.label, f"its values hold for {covered:.0%} of the results")
        return None
    spread = evenness([*parts, max(0, total - sum(parts))])
    merit, share = definition.explanation["merit"], len(kept) / proposed
    figures = {"merit": merit, "share": share, "coverage": covered, "evenness": spread}
    score = merit + 0.2 * share + 0.2 * covered + 0.2 * spread
    labels = tuple(map(words_of, kept))
    return replace(definition, values=tuple(kept), labels=labels, explanation={"score": score, **figures})


def _alike(one: Definition, other: Definition) -> bool:
    ours, theirs = words(one.label), words(other.label)
    if ours and theirs and len(ours & theirs) / len(ours | theirs) >= 0.5:
        return True
    return bool(_meanings(one) & _meanings(other))


def _meanings(definition: Definition) -> frozenset[str]:
    return frozenset(value.partition("|")[2] or value for value in definition.values)
