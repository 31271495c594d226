"""The command behind `scripts/servers`: up, status, down. See docs/servers.md."""

import argparse
import dataclasses
import json
import os
import shlex
import sys
from collections.abc import Mapping, Sequence

from console import say
from elasticsearch_node import NODES
from failure import ServerError
from kafka_broker import KafkaBroker
from lifecycle import Condition, Server, Setting, bring_down, bring_up, examine
from needs import Installer
from places import Cache, find_cache
from ports import answers_http
from redis_server import RedisServer

SERVERS: Mapping[str, Server] = {server.name: server for server in (*NODES, KafkaBroker(), RedisServer())}
DEFAULT = "es"


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit status says whether all went well."""
    options = make_parser().parse_args(arguments)
    os.umask(0o022)  # Elasticsearch may run as another user, who has to read what is written here
    try:
        cache = find_cache(os.environ, is_root=os.geteuid() == 0)
        return int(options.run(options, cache))
    except ServerError as error:
        say(str(error))
        if options.command == "up" and not sys.stdout.isatty():
            print("false")  # so that `eval "$(scripts/servers up)"` fails too
        return 1
    except KeyboardInterrupt:
        say("interrupted; `scripts/servers down` stops what was started")
        return 130


def make_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/servers", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    known = ", ".join(SERVERS)

    up = commands.add_parser("up", help="start servers and print the export lines that clients need")
    up.add_argument("names", nargs="*", metavar="NAME", help=f"any of {known} (default: {DEFAULT})")
    up.add_argument("--install", action="store_true", help="as root on Debian: install what is missing with apt-get")
    up.set_defaults(run=run_up)

    status = commands.add_parser("status", help="say how each server is")
    status.add_argument("--json", action="store_true", help="as JSON, for programs")
    status.set_defaults(run=run_status)

    down = commands.add_parser("down", help="stop servers; data are kept")
    down.add_argument("names", nargs="*", metavar="NAME", help=f"any of {known} (default: all)")
    down.add_argument("--purge", action="store_true", help="remove their data, logs and configuration too")
    down.set_defaults(run=run_down)
    return parser


def pick(names: Sequence[str], default: Sequence[str]) -> list[Server]:
    """The named servers, each once and in a fixed order."""
    for name in names:
        if name not in SERVERS:
            raise ServerError(f"there is no server named {name}; known are {', '.join(SERVERS)}")
    wanted = set(names or default)
    return [server for name, server in SERVERS.items() if name in wanted]


def run_up(options: argparse.Namespace, cache: Cache) -> int:
    """Start the named servers one after the other, and print what each exports as soon as it answers."""
    setting = Setting(cache, os.environ, Installer(options.install))
    for server in pick(options.names, [DEFAULT]):
        exports = find_given(server, setting) or bring_up(server, setting)
        for key, value in exports.items():
            print(f"export {key}={shlex.quote(value)}", flush=True)
    return 0


def find_given(server: Server, setting: Setting) -> dict[str, str] | None:
    """The Elasticsearch that the user already has and named; None if it is one of ours, or none was named."""
    given = setting.environment.get("ELASTICSEARCH_URL")
    if server.name != DEFAULT or not given:
        return None
    ports = setting.cache.run_folder(server.name).read_state().ports
    if ports and server.exports(ports)["ELASTICSEARCH_URL"] == given:
        return None
    if not answers_http(given):
        raise ServerError("ELASTICSEARCH_URL is set, but nothing answers there; unset it to start a server here")
    say("ELASTICSEARCH_URL is set: that server is used, none is started")
    return {"ELASTICSEARCH_URL": given}


def run_status(options: argparse.Namespace, cache: Cache) -> int:
    """Print how each server is."""
    conditions = [examine(server, cache) for server in SERVERS.values()]
    if options.json:
        print(json.dumps([dataclasses.asdict(condition) for condition in conditions], indent=2))
    else:
        print("\n".join(describe(condition) for condition in conditions))
    return 0


def describe(condition: Condition) -> str:
    """One line of the table."""
    address = next(iter(condition.exports.values()), "")
    pids = " ".join(str(pid) for pid in condition.pids)
    return f"{condition.name:<10} {condition.state:<14} {address:<28} {pids and f'pid {pids}'}".rstrip()


def run_down(options: argparse.Namespace, cache: Cache) -> int:
    """Stop the named servers, or all."""
    for server in pick(options.names, list(SERVERS)):
        bring_down(server, cache, purge=options.purge)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
