"""`genfacet serve` before it serves: what cannot work is said in one sentence."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from genfacet.cli import main


def serve(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["serve", *arguments], env={"GENFACET_CONFIG": "", "ELASTICSEARCH_URL": ""})
    return result.exit_code, result.output


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, output = serve("--port", str(port), "--url", "http://localhost:9200")
    assert code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in output
    assert "--port" in output


def test_without_a_configuration_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configured = tmp_path / "configured.yml"
    configured.write_text("indices: {shop: {search: {template: {}}}}")
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])  # taken, so that it ends
        assert "No index is configured" in serve("--port", port)[1]
        assert "No index is configured" not in serve("--port", port, "--config", str(configured))[1]


@pytest.mark.parametrize("url", ["localhost:9200", "http://"])
def test_an_address_that_is_none(url: str) -> None:
    code, output = serve("--url", url)
    assert code == 2
    assert "elasticsearch.url must look like http://localhost:9200" in output


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    code, output = serve("--config", str(tmp_path / "none.yml"))
    assert code == 2
    assert "genfacet init" in output


def test_certificates_that_cannot_be_read(tmp_path: Path) -> None:
    config = tmp_path / "genfacet.yml"
    config.write_text("elasticsearch: {url: 'https://localhost:9200', ca_certs: /none.pem}")
    code, output = serve("--config", str(config))
    assert code == 2
    assert "ca_certs" in output
