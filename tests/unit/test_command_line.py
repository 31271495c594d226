import subprocess
import sys
from importlib.metadata import EntryPoint

import click
import pytest
from click.testing import CliRunner
from elasticsearch import Elasticsearch

from genfacet import cli
from genfacet.cli import main
from genfacet.cli.extras import missing_module
from genfacet.cli.options import elasticsearch_options
from genfacet.connection import Connection
from genfacet.errors import GenFacetError, RequestError, ServerError, SettingsError


def test_help_lists_all_subcommands():
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    assert {"index", "shop", "facets", "serve"} <= {line.split()[0] for line in result.output.splitlines() if line}


def test_version():
    result = CliRunner().invoke(main, ["--version"])
    assert result.output.startswith("genfacet, version ")


def test_a_subcommand_is_imported_only_when_it_is_called():
    code = (
        "import sys; from genfacet.cli import main\n"
        "try: main(['index', '--help'])\n"
        "except SystemExit: pass\n"
        "bad = [name for name in sys.modules if name.startswith(('genfacet_training', 'genfacet.sidecar'))]\n"
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def offer(monkeypatch, **commands):
    points = {name: EntryPoint(name, value, "genfacet.commands") for name, value in commands.items()}
    monkeypatch.setattr(cli, "_offered", lambda: points)


def test_a_subcommand_whose_module_is_missing_says_what_to_install(monkeypatch):
    offer(monkeypatch, broken="no_such_package.command:command")
    listed = CliRunner().invoke(main, ["--help"])
    assert listed.exit_code == 0
    assert "no_such_package" in listed.output
    called = CliRunner().invoke(main, ["broken"])
    assert called.exit_code == 2
    assert called.output == "Error: The module no_such_package is not installed: reinstall genfacet.\n"


@pytest.mark.parametrize(
    ("module", "extra"),
    [("uvicorn.main", "sidecar"), ("kafka", "kafka"), ("prometheus_client", "sidecar"), ("torch", "train")],
)
def test_the_extra_that_brings_a_module_is_named(module, extra):
    sentence = missing_module(ModuleNotFoundError(f"No module named {module!r}", name=module))
    assert sentence.endswith(f"pip install 'genfacet[{extra}]'.")


@pytest.mark.parametrize("error", [SettingsError("Do this."), ServerError("Do this.", status=503)])
def test_expected_errors_are_one_sentence_and_code_2(monkeypatch, error):
    @click.command()
    def fail():
        raise error

    monkeypatch.setattr(main, "get_command", lambda ctx, name: fail)
    result = CliRunner().invoke(main, ["fail"])
    assert (result.exit_code, result.output) == (2, "Error: Do this.\n")


def test_unexpected_errors_are_not_hidden(monkeypatch):
    @click.command()
    def fail():
        raise ZeroDivisionError

    monkeypatch.setattr(main, "get_command", lambda ctx, name: fail)
    assert isinstance(CliRunner().invoke(main, ["fail"]).exception, ZeroDivisionError)


@click.command()
@elasticsearch_options
def show(connection: Connection) -> None:
    click.echo(f"{connection.url} {connection.api_key} {connection.basic_auth} {connection.verify_certs}")
    click.echo(repr(connection))


def test_options_come_from_the_command_line_or_the_environment():
    env = {"ELASTICSEARCH_URL": "http://a:1", "ELASTIC_API_KEY": "key", "ELASTIC_BASIC_AUTH": "u:p:q"}
    first = CliRunner().invoke(show, [], env=env).output.splitlines()
    assert first[0] == "http://a:1 key ('u', 'p:q') True"
    assert "key" not in first[1].replace("api_key", "")
    second = CliRunner().invoke(show, ["--url", "http://b:2", "--no-verify-certs"], env=env).output
    assert second.startswith("http://b:2 key ('u', 'p:q') False")
    assert CliRunner().invoke(show, ["--basic-auth", "nocolon"], env={}).exit_code == 2


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:9200", "http://localhost:9200"),
        ("https://search.example.com", "https://search.example.com:443"),
        ("http://search.example.com/prefix", "http://search.example.com:80/prefix"),
        ("https://user:secret@search.example.com", "https://search.example.com:443"),
    ],
)
def test_the_port_may_be_left_out(url, expected):
    with Connection(url, verify_certs=False).client() as client:
        assert [node.base_url for node in client.transport.node_pool.all()] == [expected]


@pytest.mark.parametrize("url", ["localhost:9200", "localhost", "", "http://", "http://a:b", "ftp://a"])
def test_a_wrong_address_is_one_sentence(url):
    with pytest.raises(SettingsError, match=r"must look like http://localhost:9200\.$"):
        Connection(url).client()


def test_no_credential_shows_in_the_repr():
    connection = Connection("http://user:secret@a", "secret", ("user", "secret"))
    assert "secret" not in repr(connection)


def test_connections_make_clients_with_options():
    with Connection().client(request_timeout=7) as client:
        assert isinstance(client, Elasticsearch)
        assert client._request_timeout == 7


def test_all_errors_have_one_base():
    assert all(issubclass(e, GenFacetError) for e in (SettingsError, RequestError, ServerError))
    assert RequestError.status == 400
    assert ServerError("x", status=503, body={"error": "y"}).body == {"error": "y"}
