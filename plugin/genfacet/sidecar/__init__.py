"""The sidecar: a proxy of Elasticsearch's whole API that adds facets to the searches that ask for them."""

from genfacet.sidecar.app import Sidecar, create_app

__all__ = ["Sidecar", "create_app"]
