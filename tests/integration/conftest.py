"""The real servers that integration tests use: their addresses come from the environment.

`eval "$(scripts/servers up es es8 es-secure)"` starts them and sets the variables. Without one a test skips and
says so; where CI is set it fails, so that nothing is left out unseen.
"""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared"
# With GENFACET_TEST_TARGET=es8 the suite runs against the previous major version, with a client of that version.
VARIABLES_BY_TARGET = {"es": "ELASTICSEARCH_URL", "es8": "GENFACET_TEST_ES8_URL"}


@dataclass(frozen=True)
class SecureServer:
    """An Elasticsearch with security and a trial licence, and its administrator."""

    url: str
    user: str
    password: str = field(repr=False)


def read_variable(name: str, server: str) -> str:
    """The value of a variable that names a server; without it the test skips, or fails in CI."""
    value = os.environ.get(name)
    if value:
        return value
    reason = f'{name} is not set; run: eval "$(scripts/servers up {server})"'
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def es_url() -> str:
    """The address of the Elasticsearch under test."""
    target = os.environ.get("GENFACET_TEST_TARGET", "es")
    if target not in VARIABLES_BY_TARGET:
        pytest.fail(f"GENFACET_TEST_TARGET={target} is unknown; use es or es8", pytrace=False)
    return read_variable(VARIABLES_BY_TARGET[target], target)


@pytest.fixture(scope="session")
def es8_url() -> str:
    """The address of the previous major version; a client of version 9 is refused there."""
    return read_variable("GENFACET_TEST_ES8_URL", "es8")


@pytest.fixture(scope="session")
def es_secure() -> SecureServer:
    """The server with security."""
    stem = "GENFACET_TEST_ES_SECURE"
    url, user, password = (read_variable(f"{stem}_{part}", "es-secure") for part in ("URL", "USER", "PASSWORD"))
    return SecureServer(url, user, password)


@pytest.fixture(scope="session")
def client(es_url: str) -> Iterator[Elasticsearch]:
    """A client of the Elasticsearch under test."""
    with Elasticsearch(es_url, request_timeout=60) as opened:
        yield opened


@pytest.fixture
def index_name(client: Elasticsearch) -> Iterator[str]:
    """The name of an index for this test alone; the index is deleted afterwards."""
    name = f"genfacet-test-{uuid.uuid4().hex[:12]}"
    yield name
    client.indices.delete(index=name, ignore_unavailable=True)


@pytest.fixture(scope="session")
def icecat_path() -> Path:
    """The products of the Icecat collection."""
    path = SHARED / "data" / "icecat" / "products.jsonl.gz"
    if not SHARED.exists():
        pytest.skip("../shared is absent beside the checkout, so there is no Icecat collection")
    if not path.exists():
        pytest.fail(f"{path.relative_to(REPOSITORY.parent)} is missing although ../shared is there", pytrace=False)
    return path
