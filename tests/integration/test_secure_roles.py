"""The roles that `genfacet doctor --role` prints, each tried by a user who has it and no other."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import SecureServer
from doctor_runs import found, run
from elasticsearch import AuthorizationException, Elasticsearch
from odd_shop import load_shop

from genfacet import GenFacet
from genfacet.roles import make_roles
from genfacet.settings import load_settings


class SecureShop:
    """A shop on the server with security, another index beside it, and users with one printed role each."""

    def __init__(self, server: SecureServer, folder: Path) -> None:
        self.server = server
        stem = f"genfacet-test-{uuid.uuid4().hex[:8]}"
        self.name, self.other, self.control = f"{stem}-shop", f"{stem}-other", f"{stem}-control"
        self.plans = f"{stem}-plans"
        self.admin = Elasticsearch(server.url, basic_auth=(server.user, server.password))
        self.config = folder / "genfacet.yml"
        self.users: list[str] = []

    def open(self) -> None:
        load_shop(self.admin, self.name)
        load_shop(self.admin, self.other, products=10)
        arguments = ["--url", self.server.url, "--basic-auth", f"{self.server.user}:{self.server.password}"]
        result = run("init", "--index", self.name, "--out", str(self.config), *arguments)
        assert result.exit_code == 0, result.output
        with self.config.open("a", encoding="utf-8") as file:
            file.write(f"\ncontrol: {{index: {self.control}}}\nmemory: {{index: {self.plans}}}\n")

    def user(self, role: str) -> Elasticsearch:
        """A client of a user who has this role and no other."""
        name = f"{self.name}-{role}"
        body = make_roles(load_settings(self.config, {}))[role].body
        self.admin.security.put_role(name=name, **body)
        self.admin.security.put_user(username=name, password="only-for-tests", roles=[name])
        self.users.append(name)
        return Elasticsearch(self.server.url, basic_auth=(name, "only-for-tests"))

    def command(self, role: str, *arguments: str) -> Result:
        """Runs a command as that user."""
        self.user(role).close()
        credentials = ["--url", self.server.url, "--basic-auth", f"{self.name}-{role}:only-for-tests"]
        return run(*arguments, *credentials)

    def close(self) -> None:
        for name in self.users:
            self.admin.options(ignore_status=404).security.delete_user(username=name)
            self.admin.options(ignore_status=404).security.delete_role(name=name)
        generations = self.admin.indices.get(index=f"{self.plans}*", ignore_unavailable=True)
        indices = [self.name, self.other, self.control, *generations]
        self.admin.indices.delete(index=indices, ignore_unavailable=True)
        self.admin.close()


@pytest.fixture
def secure_shop(es_secure: SecureServer, tmp_path: Path) -> Iterator[SecureShop]:
    shop = SecureShop(es_secure, tmp_path)
    try:
        shop.open()
        yield shop
    finally:
        shop.close()


def facets_of(client: Elasticsearch, shop: SecureShop) -> dict[str, Any]:
    hook = GenFacet(client, load_settings(shop.config, {}))
    body = {"query": {"match": {"title": "kettle"}}, "ext": {"genfacet": {"deadline_ms": 5000}}}
    try:
        section: dict[str, Any] = hook.search(index=shop.name, body=body)["ext"]["genfacet"]
        return section
    finally:
        hook.close()


def refuses(call: Callable[[], object]) -> bool:
    try:
        call()
    except AuthorizationException:
        return True
    return False


def can_do_nothing_else(client: Elasticsearch, shop: SecureShop, writes: bool = True) -> None:
    assert refuses(lambda: client.search(index=shop.other))
    assert refuses(lambda: client.cluster.health())
    assert refuses(lambda: client.security.get_user())
    assert refuses(lambda: client.indices.create(index=f"{shop.other}-2"))
    if writes:
        assert refuses(lambda: client.index(index=shop.name, document={"title": "x"}))
        assert refuses(lambda: client.indices.delete(index=shop.name))


def test_the_search_role_gets_facets_and_reads_nothing_else(secure_shop: SecureShop) -> None:
    with secure_shop.user("search") as client:
        section = facets_of(client, secure_shop)
        assert section["facets"], section
        assert all(value["count"] >= 1 for facet in section["facets"] for value in facet["values"])
        can_do_nothing_else(client, secure_shop)
        assert refuses(lambda: client.get(index=secure_shop.control, id="control"))


def test_the_hook_role_sees_the_switch(secure_shop: SecureShop) -> None:
    secure_shop.admin.index(index=secure_shop.control, id="control", document={"enabled": False}, refresh=True)
    with secure_shop.user("hook") as client:
        assert client.get(index=secure_shop.control, id="control")["_source"] == {"enabled": False}
        assert refuses(lambda: client.index(index=secure_shop.control, id="control", document={"enabled": True}))
        can_do_nothing_else(client, secure_shop)


def test_the_service_role_reads_the_switch_alone(secure_shop: SecureShop) -> None:
    secure_shop.admin.index(index=secure_shop.control, id="control", document={"enabled": True}, refresh=True)
    with secure_shop.user("service") as client:
        assert client.get(index=secure_shop.control, id="control")["found"]
        assert refuses(lambda: client.search(index=secure_shop.name))
        assert refuses(lambda: client.index(index=secure_shop.control, id="control", document={}))
        can_do_nothing_else(client, secure_shop)


def test_the_teacher_role_fills_the_memory_which_the_service_role_reads(
    secure_shop: SecureShop, tmp_path: Path
) -> None:
    file = tmp_path / "plans.jsonl"
    plan = {
        "query": "kettle",
        "facets": [{"name": "~x", "label": "Where it stands", "values": ["a|text=kettle", "b|text=x"]}],
    }
    file.write_text(json.dumps(plan))
    given = ["plans", "add", str(file), "--index", secure_shop.name, "--no-check", "--config", str(secure_shop.config)]
    result = secure_shop.command("teacher", *given)
    assert result.exit_code == 0, result.output
    result = secure_shop.command("teacher", *given)  # again, into the index that is there
    assert result.exit_code == 0, result.output
    with secure_shop.user("service") as client:
        assert client.search(index=secure_shop.plans)["hits"]["total"]["value"] == 1
        assert refuses(lambda: client.index(index=secure_shop.plans, document={}))
    with secure_shop.user("teacher") as client:
        can_do_nothing_else(client, secure_shop)


def test_the_operator_role_switches_and_reads_no_product(secure_shop: SecureShop) -> None:
    config = str(secure_shop.config)
    assert secure_shop.command("operator", "disable", "--config", config).exit_code == 0
    state = secure_shop.command("operator", "status", "--config", config, "--json")
    assert json.loads(state.stdout)["enabled"] is False
    assert secure_shop.command("operator", "enable", "--config", config).exit_code == 0
    with secure_shop.user("operator") as client:
        assert refuses(lambda: client.search(index=secure_shop.name))
        can_do_nothing_else(client, secure_shop)


def test_the_setup_role_runs_init_and_doctor(secure_shop: SecureShop, tmp_path: Path) -> None:
    out = tmp_path / "again.yml"
    result = secure_shop.command("setup", "init", "--index", secure_shop.name, "--out", str(out))
    assert result.exit_code == 0, result.output
    result = secure_shop.command("setup", "doctor", "--config", str(secure_shop.config), "--json")
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert {check["status"] for check in report["checks"]} == {"ok"}
    assert f"{secure_shop.name}-setup" in found(report, "ok")["credentials"]
    with secure_shop.user("setup") as client:
        can_do_nothing_else(client, secure_shop)


def test_the_search_role_is_enough_for_doctor_to_say_what_is_missing(secure_shop: SecureShop) -> None:
    result = secure_shop.command("search", "doctor", "--config", str(secure_shop.config), "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert list(found(report, "fail")) == ["control"]
    assert "genfacet doctor --role" in found(report, "fail")["control"]
    assert report["cost"][0]["without"] == 0


def test_the_loader_role_loads_its_index_alone(secure_shop: SecureShop, tmp_path: Path) -> None:
    file = tmp_path / "products.jsonl"
    file.write_text('{"id": "1", "title": "a lamp", "colour": "red"}\n', encoding="utf-8")
    load = ["index", str(file), "--index", secure_shop.name, "--recreate"]
    for arguments in (load, load[:-1]):
        result = secure_shop.command("loader", *arguments)
        assert result.exit_code == 0, result.output
    assert secure_shop.admin.count(index=secure_shop.name)["count"] == 1
    with secure_shop.user("loader") as client:
        can_do_nothing_else(client, secure_shop, writes=False)


def test_wrong_credentials_are_one_failure(secure_shop: SecureShop) -> None:
    arguments = ["doctor", "--config", str(secure_shop.config), "--url", secure_shop.server.url]
    result = run(*arguments, "--basic-auth", "nobody:wrong-password", "--json")
    assert result.exit_code == 1
    assert "refuses these credentials" in found(json.loads(result.stdout), "fail")["cluster"]
    assert "wrong-password" not in result.output
