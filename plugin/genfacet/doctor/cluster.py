"""Checks of the cluster: does it answer, which version, who is asking, and is the switch readable."""

from collections.abc import Iterator

import elasticsearch
from elasticsearch import (
    ApiError,
    AuthenticationException,
    AuthorizationException,
    Elasticsearch,
    NotFoundError,
    TransportError,
)

from genfacet.calls import JSON_HEADERS, control_path
from genfacet.connection import is_too_old
from genfacet.control import State, read_state
from genfacet.doctor.checks import Check, refused
from genfacet.settings import Settings

OLDEST = 8
"""Major version of the oldest Elasticsearch that is supported."""


def check_cluster(client: Elasticsearch) -> list[Check]:
    """Whether Elasticsearch answers, its version and the user; the first failure ends the list."""
    try:
        version = _version(client)
    except (ApiError, TransportError) as error:
        return [refused("cluster", error)]
    return [_check_version(version), *_check_user(client)]


def _version(client: Elasticsearch) -> str | None:
    """The version; None where these credentials may not see it. Raises where the cluster cannot be asked at all."""
    try:
        return str(client.info()["version"]["number"])
    except AuthenticationException:
        raise
    except ApiError as error:
        if is_too_old(error):
            raise
    try:
        # Some builds and many roles do not answer GET /.
        nodes = client.nodes.info(filter_path="nodes.*.version")["nodes"]
    except AuthenticationException:
        raise
    except ApiError:
        return None
    return min((node["version"] for node in nodes.values()), default=None)


def _check_version(version: str | None) -> Check:
    client = ".".join(map(str, elasticsearch.__version__))
    if version is None:
        return Check("cluster", "ok", f"answers; these credentials may not see its version (client {client})")
    if int(version.partition(".")[0]) < OLDEST:
        return Check("cluster", "fail", f"Elasticsearch {version}", f"upgrade it: {OLDEST}.x is the oldest supported")
    return Check("cluster", "ok", f"Elasticsearch {version}, client {client}")


def _check_user(client: Elasticsearch) -> Iterator[Check]:
    try:
        user = client.security.authenticate()
    except AuthenticationException as error:
        yield refused("credentials", error)
    except ApiError:
        yield Check("credentials", "ok", "the cluster has no security: every request is allowed")
    else:
        roles = ", ".join(user["roles"]) or "no roles"
        kind = "API key of " if user.get("authentication_type") == "api_key" else ""
        yield Check("credentials", "ok", f"{kind}{user['username']} ({roles})")


def check_control(client: Elasticsearch, settings: Settings) -> Check:
    """Whether the switch of the fleet can be read, and how it stands."""
    about = "control"
    try:
        answer = client.perform_request("GET", control_path(settings), headers=JSON_HEADERS)
    except NotFoundError:
        return Check(about, "ok", "no document: facets are on for everyone (`genfacet disable` switches them off)")
    except AuthorizationException as error:
        return refused(
            about, error, "without it `genfacet disable` is not seen: grant `genfacet doctor --role service`"
        )
    except (ApiError, TransportError) as error:
        return refused(about, error)
    state = read_state(answer.body.get("_source", {}))
    if state is None:
        remedy = "write it anew with `genfacet enable`; until then the last good one holds"
        return Check(about, "fail", "the document is malformed", remedy)
    return _describe(state)


def _describe(state: State) -> Check:
    if not state.enabled:
        return Check("control", "warn", "facets are switched off", "`genfacet enable` switches them on")
    found = f"on for {state.rollout_percent} % of the clients"
    if state.budget_ms_per_s is not None:
        found += f", {state.budget_ms_per_s:g} ms of work a second"
    if state.shadow:
        return Check("control", "warn", f"{found}, but computed without being shown", "`genfacet enable` shows them")
    return Check("control", "ok" if state.rollout_percent else "warn", found)
