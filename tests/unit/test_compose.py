"""The compose file and the Dockerfile: what can be known of them without a container engine."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from elasticsearch_node import CURRENT
from kafka_broker import KAFKA

COMPOSE = Path(__file__).resolve().parents[2] / "compose"
OWN_IMAGE = "genfacet"


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((COMPOSE / "compose.yml").read_text())["services"]
    return loaded


def test_it_holds_the_servers_and_the_sidecar(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {"elasticsearch", "kafka", "redis", "sidecar"}


def test_no_port_can_be_reached_from_another_machine(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["ports"], name
        for port in service["ports"]:
            assert port.startswith("127.0.0.1:"), f"{name} publishes {port}"


def test_every_service_has_a_memory_limit_and_a_health_check(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert "mem_limit" in service, name
        assert service.get("healthcheck", {}).get("test") or service["image"] == OWN_IMAGE, name


def test_images_of_others_have_a_version(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        tag = service["image"].partition(":")[2]
        assert service["image"] == OWN_IMAGE or tag not in ("", "latest")


def test_versions_are_those_of_the_local_servers(services: dict[str, dict[str, Any]]) -> None:
    def version(name: str) -> str:
        return str(services[name]["image"].rpartition(":")[2])

    assert CURRENT.name == f"elasticsearch-{version('elasticsearch')}"
    assert KAFKA.name == f"kafka-{version('kafka')}"


def test_the_sidecar_waits_for_elasticsearch_and_finds_it(services: dict[str, dict[str, Any]]) -> None:
    sidecar = services["sidecar"]
    assert sidecar["depends_on"]["elasticsearch"]["condition"] == "service_healthy"
    assert sidecar["environment"]["ELASTICSEARCH_URL"] == "http://elasticsearch:9200"
    assert (COMPOSE / sidecar["build"]["context"] / sidecar["build"]["dockerfile"]).is_file()


def test_the_image_serves_unprivileged_and_checks_its_health() -> None:
    lines = (COMPOSE / "Dockerfile").read_text().splitlines()
    last_stage = lines[max(i for i, line in enumerate(lines) if line.startswith("FROM ")) :]
    users = [line.split()[1] for line in last_stage if line.startswith("USER ")]
    assert users
    assert users[-1] not in ("root", "0")
    assert any(line.startswith("HEALTHCHECK ") for line in last_stage)
    assert "/_genfacet/healthz" in "\n".join(last_stage)
    assert 'CMD ["serve", "--host", "0.0.0.0"]' in last_stage


def test_the_image_is_made_of_files_that_exist() -> None:
    sources = [
        source
        for line in (COMPOSE / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    assert sources
    for source in sources:
        assert (COMPOSE.parent / source).exists(), source


def test_docker_accepts_the_compose_file() -> None:
    docker = shutil.which("docker")
    if not docker:
        pytest.skip("the docker client is not installed")
    if subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("the docker client has no compose plugin")
    command = [docker, "compose", "-f", str(COMPOSE / "compose.yml"), "config", "--quiet"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
