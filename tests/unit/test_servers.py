"""The local servers: what is decided before any of them starts, and how a process is found, kept and ended."""

import hashlib
import http.server
import json
import os
import shutil
import socket
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

import needs
import places
import servers
from console import draw_bar
from elasticsearch_node import PASSWORD_HASH, write_settings
from failure import ServerError
from fetch import Archive, fetch
from kafka_broker import ask_versions, is_versions_answer
from needs import Installer, find_java, need_java, need_program, parse_version
from places import Cache, RunFolder, State, find_cache
from ports import LOOPBACK, choose_ports
from processes import is_marked

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "servers"


# Java


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('JAVA_VERSION="25.0.3"', 25),
        ('IMPLEMENTOR="x"\nJAVA_VERSION="17"\n', 17),
        ('openjdk version "21-ea" 2023-09-19', 21),
        ('java version "1.8.0_401"', 8),
        ("no Java here", 0),
    ],
)
def test_java_versions_are_read(text: str, version: int) -> None:
    assert parse_version(text) == version


def make_java(home: Path, version: str) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").write_text("#!/bin/sh\n")
    (home / "bin" / "java").chmod(0o755)
    (home / "release").write_text(f'JAVA_VERSION="{version}"\n')
    return home


@pytest.fixture
def jvm_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Java but what the test puts into this folder."""
    folder = tmp_path / "jvm"
    folder.mkdir()
    monkeypatch.setattr(needs, "JVM_FOLDERS", (folder,))
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    return folder


def test_the_oldest_java_that_is_new_enough_is_taken(jvm_folder: Path) -> None:
    for version in ("17.0.1", "25.0.3", "21.0.2"):
        make_java(jvm_folder / version, version)
    assert find_java(21, {}) == jvm_folder / "21.0.2"
    assert find_java(22, {}) == jvm_folder / "25.0.3"
    assert find_java(26, {}) is None


def test_java_home_wins_unless_it_is_too_old(jvm_folder: Path, tmp_path: Path) -> None:
    make_java(jvm_folder / "21", "21.0.2")
    old, new = make_java(tmp_path / "old", "11.0.1"), make_java(tmp_path / "new", "26")
    assert find_java(21, {"JAVA_HOME": str(new)}) == new
    assert find_java(21, {"JAVA_HOME": str(old)}) == jvm_folder / "21"
    assert find_java(21, {"JAVA_HOME": str(old), "ES_JAVA_HOME": str(new)}) == new


@pytest.mark.usefixtures("jvm_folder")
def test_missing_programs_are_named_with_the_way_to_get_them() -> None:
    with pytest.raises(ServerError, match=r"Java 21 or newer is missing.*apt-get install openjdk-21"):
        need_java(21, {}, Installer())
    with pytest.raises(ServerError, match=r"mvn is missing.*apt-get install maven"):
        need_program("mvn", "maven", Installer(allowed=True))  # without apt-get there is nothing to install with


# Ports, places, state


def test_ports_stay_where_they_were_and_avoid_taken_ones() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        busy = taken.getsockname()[1]
        free = choose_ports({"a": busy, "b": busy}, {})
        assert busy not in free.values()
        assert free["a"] != free["b"]
        assert choose_ports({"a": busy}, {"a": free["b"]}) == {"a": free["b"]}
        assert choose_ports({"a": free["a"]}, {"a": busy}) == {"a": free["a"]}


def test_the_cache_lies_where_the_user_says_or_in_the_users_cache_folder(tmp_path: Path) -> None:
    assert find_cache({"GENFACET_CACHE": str(tmp_path)}, is_root=False).path == tmp_path
    assert find_cache({"XDG_CACHE_HOME": str(tmp_path)}, is_root=False).path == tmp_path / "genfacet"
    assert find_cache({"HOME": str(tmp_path)}, is_root=False).path == tmp_path / ".cache" / "genfacet"


def test_root_gets_a_cache_that_the_user_of_elasticsearch_can_enter(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    assert find_cache({"HOME": str(private)}, is_root=True).path == places.ROOT_CACHE
    with pytest.raises(ServerError, match="cannot enter"):
        find_cache({"GENFACET_CACHE": str(private / "cache")}, is_root=True)


def test_half_a_state_file_counts_as_none(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert folder.read_state() == State()
    folder.write_state(State({"http": 19200}, wanted=True))
    assert folder.read_state() == State({"http": 19200}, wanted=True)
    for broken in ('{"ports": {"http": 1', "[]", '{"ports": 3, "wanted": true}', ""):
        (tmp_path / "state.json").write_text(broken)
        assert folder.read_state() == State()


def test_a_marker_is_a_whole_word() -> None:
    assert is_marked(["java", "-Dx=/run/es", "Main"], "-Dx=/run/es")
    assert not is_marked(["java", "-Dx=/run/es8", "Main"], "-Dx=/run/es")
    assert is_marked(["redis-server 127.0.0.1:6379 /run/redis.conf"], "/run/redis.conf")


# What is written and read


def test_the_progress_bar_shows_share_and_megabytes() -> None:
    assert draw_bar(473_500_000, 947_000_000) == f"[{'#' * 15}{'-' * 15}]  50%  473 of 947 MB"
    assert "99%" in draw_bar(2_000, 1_000)


def test_elasticsearch_settings_are_yaml_and_security_brings_a_trial(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / 'a "quoted" name')
    ports = {"http": 1, "transport": 2}
    plain = yaml.safe_load(write_settings(folder, ports, secure=False))
    secure = yaml.safe_load(write_settings(folder, ports, secure=True))
    assert plain["path.data"] == str(folder.data)
    assert plain["network.host"] == LOOPBACK
    assert plain["xpack.security.enabled"] is False
    assert "xpack.license.self_generated.type" not in plain
    assert secure["xpack.security.enabled"] is True
    assert secure["xpack.license.self_generated.type"] == "trial"
    assert PASSWORD_HASH.startswith("$2a$")


def test_kafka_is_asked_for_its_versions() -> None:
    request = ask_versions()
    assert int.from_bytes(request[:4], "big") == len(request) - 4
    assert is_versions_answer(bytes([0, 0, 1, 0, 0, 0, 0, 1, 0, 0]))
    assert not is_versions_answer(bytes([0, 0, 1, 0, 0, 0, 0, 1, 0, 35]))
    assert not is_versions_answer(b"HTTP/1.1 4")
    assert not is_versions_answer(b"")


# Fetching


@pytest.fixture
def maven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maven that copies the file `served` to where it is told to, and notes each call in `calls`."""
    folder = tmp_path / "maven"
    folder.mkdir()
    with zipfile.ZipFile(folder / "served", "w") as archive:
        archive.writestr("big/kept/bin/run", "run")
        archive.writestr("big/kept-not/file", "")
        archive.writestr("big/other", "")
    program = folder / "mvn"
    program.write_text(
        f"#!/bin/sh\necho call >> {folder}/calls\n"
        f"[ -e {folder}/offline ] && echo 'Unknown host' && exit 1\n"
        'for word; do case "$word" in -DoutputDirectory=*) out=${word#*=};; esac; done\n'
        f'mkdir -p "$out" && cp {folder}/served "$out/archive.zip"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def describe_archive(maven: Path, sha256: str = "") -> Archive:
    digest = sha256 or hashlib.sha256((maven / "served").read_bytes()).hexdigest()
    return Archive("thing-1", "group:thing:1:zip", "big/kept", digest, 1_000_000)


def test_a_program_is_fetched_once_and_only_its_folder_is_kept(maven: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    first = fetch(describe_archive(maven), cache, Installer())
    assert fetch(describe_archive(maven), cache, Installer()) == first
    assert (maven / "calls").read_text() == "call\n"
    assert [path.relative_to(first).as_posix() for path in first.rglob("*")] == ["bin", "bin/run"]
    assert not list((cache.path / "fetching").iterdir())


def test_a_damaged_file_never_gets_into_the_cache(maven: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    with pytest.raises(ServerError, match="not the expected one"):
        fetch(describe_archive(maven, sha256="0" * 64), cache, Installer())
    assert not cache.fetched.exists()


def test_a_failed_or_killed_fetch_leaves_nothing_half(maven: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    left_over = cache.path / "fetching" / "thing-1.killed" / "out"
    left_over.mkdir(parents=True)
    (maven / "offline").touch()
    with pytest.raises(ServerError, match=r"Maven could not fetch it[^$]*Unknown host"):
        fetch(describe_archive(maven), cache, Installer())
    assert not left_over.exists()
    assert not cache.fetched.exists()
    (maven / "offline").unlink()
    assert fetch(describe_archive(maven), cache, Installer()).is_dir()


# The command line


def run_script(*arguments: str, cache: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {key: value for key, value in os.environ.items() if key != "ELASTICSEARCH_URL"}
    return subprocess.run(
        [str(SCRIPT), *arguments],
        env=kept | {"GENFACET_CACHE": str(cache)} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def public_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache that `nobody` can enter too; folders of pytest are private to their user."""
    folder = Path("/tmp") / f"genfacet-test-{os.getpid()}"
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


def test_an_unknown_server_fails_and_so_does_the_eval_around_it(public_folder: Path) -> None:
    answer = run_script("up", "solr", cache=public_folder)
    assert answer.returncode == 1
    assert answer.stdout == "false\n"
    assert "no server named solr; known are es, es8, es-secure, kafka, redis" in answer.stderr
    command = f'eval "$({SCRIPT} up solr)" && echo went on'
    environment = os.environ | {"GENFACET_CACHE": str(public_folder)}
    evaluated = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert evaluated.returncode != 0
    assert "went on" not in evaluated.stdout


def test_status_speaks_json(public_folder: Path) -> None:
    answer = run_script("status", "--json", cache=public_folder)
    assert {row["name"]: row["state"] for row in json.loads(answer.stdout)} == dict.fromkeys(servers.SERVERS, "stopped")


def test_down_of_what_never_ran_is_no_error(public_folder: Path) -> None:
    answer = run_script("down", "redis", cache=public_folder)
    assert (answer.returncode, answer.stdout) == (0, "")
    assert "redis was not running" in answer.stderr


@pytest.fixture
def given_url() -> Iterator[str]:
    """The address of something that answers every request with 401."""

    class Refuse(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer((LOOPBACK, 0), Refuse) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://user:it's secret@{LOOPBACK}:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_given_elasticsearch_wins_and_its_password_stays_out_of_messages(public_folder: Path, given_url: str) -> None:
    answer = run_script("up", "es", cache=public_folder, ELASTICSEARCH_URL=given_url)
    assert answer.returncode == 0, answer.stderr
    evaluated = subprocess.run(
        ["bash", "-c", f'{answer.stdout}printf %s "$ELASTICSEARCH_URL"'], capture_output=True, text=True, check=True
    )
    assert evaluated.stdout == given_url
    assert "ELASTICSEARCH_URL is set" in answer.stderr
    assert "secret" not in answer.stderr


def test_a_given_elasticsearch_that_does_not_answer_is_an_error(public_folder: Path) -> None:
    answer = run_script("up", cache=public_folder, ELASTICSEARCH_URL=f"http://user:secret@{LOOPBACK}:1")
    assert answer.returncode == 1
    assert "nothing answers there; unset it" in answer.stderr
    assert "secret" not in answer.stderr
