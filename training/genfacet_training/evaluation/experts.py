"""Facets that experts chose, from a file of plans; only held-out queries may be compared with."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from genfacet.catalog import Catalog, label_of
from genfacet.clauses import kind_of
from genfacet.errors import SettingsError
from genfacet.facets import Facet, FacetValue
from genfacet.values import words_of
from genfacet_training.evaluation.splits import split


def read_experts(file: Path, catalog: Catalog) -> dict[str, tuple[Facet, ...]]:
    """The experts' facets of the held-out queries alone, in their order; raises SettingsError."""
    facets = read_plans(file, catalog)
    return {query: facets[query] for query in split(list(facets)).held_out}


def read_plans(file: Path, catalog: Catalog) -> dict[str, tuple[Facet, ...]]:
    """The experts' facets of all queries of a file, in their order; raises SettingsError.

    A line reads ``{"query": …, "facets": [{"name": …, "label": …, "values": […]}]}``. Values that the catalogue
    cannot express stand as they are: agreement looks at names and labels. What trains leaves the held-out ones out.
    """
    try:
        plans = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        return {plan["query"]: tuple(_facet(facet, catalog) for facet in plan["facets"]) for plan in plans}
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise SettingsError(f"{file} is no file of plans ({type(error).__name__})") from None


def _facet(facet: Mapping[str, Any], catalog: Catalog) -> Facet:
    name, values = facet["name"], facet["values"]
    attribute = catalog.attribute(name)
    label = facet.get("label") or (attribute.label if attribute else label_of(name))
    shown = tuple(FacetValue(value, words_of(value) if name.startswith("~") else value, None) for value in values)
    return Facet(name, label, kind_of(name, values[0], catalog), "expert", "", shown)
