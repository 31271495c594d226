"""Redis from the system's own package."""

import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lifecycle import Setting
from needs import need_program
from places import RunFolder
from ports import LOOPBACK
from processes import start_detached


@dataclass(frozen=True)
class RedisServer:
    """The server."""

    name: str = "redis"
    keeps_data: bool = True

    @property
    def first_ports(self) -> Mapping[str, int]:
        """The port for clients."""
        return {"redis": 16379}

    def marker(self, folder: RunFolder) -> str:
        """The path of its configuration: Redis replaces its command line, and a template lets it keep this."""
        return str(folder.config / "redis.conf")

    def prepare(self, setting: Setting) -> None:
        """The program."""
        need_program("redis-server", "redis-server", setting.installer)

    def start(self, folder: RunFolder, ports: Mapping[str, int], setting: Setting) -> "subprocess.Popen[bytes]":
        """Write the configuration and start the server."""
        program = need_program("redis-server", "redis-server", setting.installer)
        configuration = folder.config / "redis.conf"
        configuration.write_text(write_configuration(folder.data, ports["redis"]))
        return start_detached(
            [program, str(configuration)],
            folder=folder.data,
            console=folder.logs / "console.log",
            environment=setting.environment,
            unprivileged=False,
        )

    def answers(self, ports: Mapping[str, int]) -> bool:
        """Whether a ping comes back."""
        try:
            with socket.create_connection((LOOPBACK, ports["redis"]), timeout=3) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False

    def exports(self, ports: Mapping[str, int]) -> dict[str, str]:
        """The address."""
        return {"REDIS_URL": f"redis://{LOOPBACK}:{ports['redis']}/0"}


def write_configuration(data: Path, port: int) -> str:
    """The text of redis.conf."""
    return f"""\
bind {LOOPBACK}
port {port}
dir "{data}"
maxmemory 256mb
maxmemory-policy noeviction
proc-title-template "{{title}} {{listen-addr}} {{config-file}}"
"""
