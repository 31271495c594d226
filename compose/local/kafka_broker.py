"""Kafka as one node that is broker and controller, without ZooKeeper."""

import socket
import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from failure import ServerError
from fetch import Jars, fetch
from lifecycle import Setting
from needs import need_java
from places import RunFolder
from ports import LOOPBACK
from processes import start_detached

KAFKA = Jars(
    name="kafka-4.4.0",
    # Kafka names no logging back end of its own.
    coordinates=(
        "org.apache.kafka:kafka_2.13:4.4.0",
        "org.apache.logging.log4j:log4j-slf4j-impl:2.24.3",
        "org.apache.logging.log4j:log4j-core:2.24.3",
    ),
    size=60_000_000,  # 43 MB of libraries; the rest is Maven's own
)
JAVA = 17
LOG_SETTINGS = """\
rootLogger.level = WARN
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d %p %c{1}: %m%n
"""
API_VERSIONS = 18


@dataclass(frozen=True)
class KafkaBroker:
    """The broker."""

    name: str = "kafka"
    keeps_data: bool = True

    @property
    def first_ports(self) -> Mapping[str, int]:
        """One port for clients, one for the controller."""
        return {"broker": 19092, "controller": 19192}

    def marker(self, folder: RunFolder) -> str:
        """A system property."""
        return folder.marker

    def prepare(self, setting: Setting) -> None:
        """Java and the libraries."""
        need_java(JAVA, setting.environment, setting.installer)
        fetch(KAFKA, setting.cache, setting.installer)

    def start(self, folder: RunFolder, ports: Mapping[str, int], setting: Setting) -> "subprocess.Popen[bytes]":
        """Format the data folder where that was not done, and start the broker."""
        libraries = fetch(KAFKA, setting.cache, setting.installer) / "libs"
        java_home = need_java(JAVA, setting.environment, setting.installer)
        properties = folder.config / "server.properties"
        properties.write_text(write_properties(folder.data, ports))
        log_settings = folder.config / "log4j2.properties"
        log_settings.write_text(LOG_SETTINGS)
        java = [
            str(java_home / "bin" / "java"),
            "-Xmx512m",
            folder.marker,
            f"-Dlog4j2.configurationFile={log_settings}",
            "-cp",
            f"{libraries}/*",
        ]
        if not (folder.data / "meta.properties").exists():
            _format(java, properties)
        return start_detached(
            [*java, "kafka.Kafka", str(properties)],
            folder=folder.path,
            console=folder.logs / "console.log",
            environment=setting.environment,
            unprivileged=False,
        )

    def answers(self, ports: Mapping[str, int]) -> bool:
        """Whether the broker says which requests it knows."""
        try:
            with socket.create_connection((LOOPBACK, ports["broker"]), timeout=3) as connection:
                connection.sendall(ask_versions())
                return is_versions_answer(connection.recv(10))
        except OSError:
            return False

    def exports(self, ports: Mapping[str, int]) -> dict[str, str]:
        """The address that clients start from."""
        return {"KAFKA_BOOTSTRAP_SERVERS": f"{LOOPBACK}:{ports['broker']}"}


def write_properties(data: Path, ports: Mapping[str, int]) -> str:
    """The text of server.properties."""
    broker, controller = (f"{LOOPBACK}:{ports[role]}" for role in ("broker", "controller"))
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{controller}
listeners=PLAINTEXT://{broker},CONTROLLER://{controller}
advertised.listeners=PLAINTEXT://{broker}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
"""


def _format(java: list[str], properties: Path) -> None:
    tool = [*java, "kafka.tools.StorageTool"]
    identifier = _run_tool([*tool, "random-uuid"]).split()[-1]
    _run_tool([*tool, "format", "-t", identifier, "-c", str(properties)])


def _run_tool(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout.strip():
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-5:])
        raise ServerError(f"Kafka could not prepare its data folder; try `down kafka --purge`\n{tail}")
    return done.stdout


def ask_versions() -> bytes:
    """An ApiVersions request, the one that a broker answers before any other."""
    client = b"servers"
    body = struct.pack(f">hhih{len(client)}s", API_VERSIONS, 0, 1, len(client), client)
    return struct.pack(">i", len(body)) + body


def is_versions_answer(head: bytes) -> bool:
    """Whether length, correlation id and error code are those of a good answer."""
    if len(head) < 10:
        return False
    _, correlation, error = struct.unpack(">iih", head)
    return (correlation, error) == (1, 0)
