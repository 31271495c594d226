"""Verified, query-dependent facets for an existing Elasticsearch."""

from importlib.metadata import version

from genfacet.errors import GenFacetError, RequestError, ServerError, SettingsError
from genfacet.facets import Definition, Facet, FacetValue
from genfacet.hook import AsyncGenFacet, GenFacet
from genfacet.settings import Settings, load_settings

__version__ = version("genfacet")

__all__ = [
    "AsyncGenFacet",
    "Definition",
    "Facet",
    "FacetValue",
    "GenFacet",
    "GenFacetError",
    "RequestError",
    "ServerError",
    "Settings",
    "SettingsError",
    "__version__",
    "load_settings",
]
