"""The roles that `genfacet doctor` prints."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from genfacet.cli.doctor import command
from genfacet.errors import SettingsError
from genfacet.roles import make_roles, role_named
from genfacet.settings import Settings, parse_settings

TEMPLATE = {"query": {"match": {"title": "{{query}}"}}}


@pytest.fixture
def settings() -> Settings:
    return parse_settings({"indices": {"shop": {"search": {"template": TEMPLATE}}}, "control": {"index": "switch"}})


def granted(settings: Settings, role: str) -> dict[str, set[str]]:
    body = make_roles(settings)[role].body
    assert body["cluster"] == []
    return {name: set(grant["privileges"]) for grant in body["indices"] for name in grant["names"]}


def test_each_credential_may_do_the_least(settings: Settings) -> None:
    assert granted(settings, "search") == {"shop": {"read"}}
    assert granted(settings, "hook") == {"shop": {"read"}, "switch": {"read"}, "genfacet-plans": {"read"}}
    assert granted(settings, "service") == {"switch": {"read"}, "genfacet-plans": {"read"}}
    assert set(granted(settings, "teacher")) == {"shop", "genfacet-plans", "genfacet-plans-*"}
    assert granted(settings, "teacher")["shop"] == {"read"}
    assert set(granted(settings, "operator")) == {"switch"}
    assert "write" not in granted(settings, "setup")["shop"]
    assert set(granted(settings, "loader")) == {"shop"}


def test_roles_without_indices_are_still_valid() -> None:
    assert make_roles(Settings())["search"].body == {"cluster": [], "indices": []}


def test_an_unknown_role_is_named_with_the_known_ones(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"unknown role \[admin\], known are search, hook"):
        role_named(settings, "admin")


def test_a_role_can_be_printed_without_a_cluster(tmp_path: Path) -> None:
    config = tmp_path / "genfacet.yml"
    config.write_text(json.dumps({"indices": {"shop": {"search": {"template": TEMPLATE}}}}), encoding="utf-8")
    arguments = ["--config", str(config), "--role", "search", "--url", "http://127.0.0.1:1"]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"cluster": [], "indices": [{"names": ["shop"], "privileges": ["read"]}]}
