"""The least that each credential must be allowed, as bodies for ``PUT /_security/role/NAME``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from genfacet.errors import SettingsError
from genfacet.settings import Settings


@dataclass(frozen=True, slots=True)
class Role:
    """A role of Elasticsearch: who has it, what it allows, and its body."""

    name: str
    who: str
    may: str
    body: Mapping[str, Any]


def make_roles(settings: Settings) -> dict[str, Role]:
    """The roles of a deployment by short name."""
    indices = list(settings.indices)
    control, plans = settings.control.index, settings.memory.index
    roles = (
        Role(
            "search",
            "callers of the sidecar",
            "search the indices: facets are counted under the caller's own credentials",
            _on((indices, ["read"])),
        ),
        Role(
            "hook",
            "an application with the in-process hook",
            "search the indices, read the memory's plans, and see when facets are switched off",
            _on((indices, ["read"]), ([control, plans], ["read"])),
        ),
        Role(
            "service",
            "the sidecar itself (ELASTIC_API_KEY)",
            "read the memory's plans, see when facets are switched off, and nothing else",
            _on(([control, plans], ["read"])),
        ),
        Role(
            "operator",
            "people who run genfacet enable, disable and status",
            "switch facets on and off, and nothing else",
            _on(([control], ["create_index", "read", "write"])),
        ),
        Role(
            "teacher",
            "people who run genfacet plans",
            "search the indices, and fill the memory with plans",
            _on((indices, ["read"]), ([plans, f"{plans}-*"], ["create_index", "manage", "read", "write"])),
        ),
        Role(
            "setup",
            "people who run genfacet init and doctor",
            "read documents and mappings, change nothing",
            _on((indices, ["read", "view_index_metadata"]), ([control], ["read"])),
        ),
        Role(
            "loader",
            "genfacet index",
            "create, fill and replace these indices",
            _on((indices, ["manage", "read", "write"])),
        ),
    )
    return {role.name: role for role in roles}


def role_named(settings: Settings, name: str) -> Role:
    """The role of a short name; raises SettingsError."""
    roles = make_roles(settings)
    if name not in roles:
        raise SettingsError(f"unknown role [{name}], known are {', '.join(roles)}")
    return roles[name]


def _on(*grants: tuple[list[str], list[str]]) -> dict[str, Any]:
    """A role with privileges on indices alone; what names no index grants nothing."""
    granted = [{"names": names, "privileges": privileges} for names, privileges in grants if names]
    return {"cluster": [], "indices": granted}
