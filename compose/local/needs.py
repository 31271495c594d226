"""What the servers need from the machine: Java, Maven, redis-server. Found, installed on demand, or named."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from console import say
from failure import ServerError

JVM_FOLDERS = (Path("/usr/lib/jvm"), Path("/Library/Java/JavaVirtualMachines"))


@dataclass(frozen=True)
class Installer:
    """Whether missing packages may be installed (`--install`): only by root, only with apt-get."""

    allowed: bool = False

    def install(self, *packages: str) -> bool:
        """Install the first of the packages that the system offers; False if it may not or cannot."""
        if not self.allowed or os.geteuid() != 0 or not shutil.which("apt-get"):
            return False
        say("reading the list of packages")
        _run_apt("update")
        for package in packages:
            if _is_offered(package):
                say(f"installing {package}")
                _run_apt("install", "-y", "--no-install-recommends", package)
                return True
        return False


def _run_apt(*arguments: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["apt-get", "-q", *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-5:])
        raise ServerError(f"`apt-get {' '.join(arguments)}` failed; run it by hand and read on\n{tail}")


def _is_offered(package: str) -> bool:
    policy = subprocess.run(["apt-cache", "policy", package], capture_output=True, text=True, check=False).stdout
    candidate = re.search(r"Candidate: (\S+)", policy)
    return candidate is not None and candidate[1] != "(none)"


def need_program(name: str, package: str, installer: Installer) -> str:
    """The path of a program, installed if that is allowed."""
    if not shutil.which(name):
        installer.install(package)
    found = shutil.which(name)
    if not found:
        raise ServerError(
            f"{name} is missing: install it with `apt-get install {package}` (or run again with --install as root)"
        )
    return found


def need_java(at_least: int, environment: Mapping[str, str], installer: Installer) -> Path:
    """The home of a Java of at least this version, installed if that is allowed and the system has one."""
    home = find_java(at_least, environment)
    if home is None and installer.install(*_java_packages(at_least)):
        home = find_java(at_least, environment)
    if home is None:
        package = _java_packages(at_least)[0]
        raise ServerError(
            f"Java {at_least} or newer is missing: install it with `apt-get install {package}` where the system "
            "has that package (Debian 12 ends at 17), or unpack any JDK and point JAVA_HOME at it"
        )
    return home


def _java_packages(at_least: int) -> list[str]:
    versions = [version for version in (17, 21, 25) if version >= at_least]
    debian = [f"openjdk-{version}-jre-headless" for version in versions]
    return debian + [f"temurin-{version}-jdk" for version in versions]


def find_java(at_least: int, environment: Mapping[str, str]) -> Path | None:
    """The Java that the environment names if it is new enough, else the oldest installed that is.

    The oldest, because it is closest to the versions that a server was made for.
    """
    for variable in ("ES_JAVA_HOME", "JAVA_HOME"):
        if variable in environment and read_version(Path(environment[variable])) >= at_least:
            return Path(environment[variable])
    versions = {home: read_version(home) for home in _installed_homes()}
    fitting = [home for home, version in versions.items() if version >= at_least]
    return min(fitting, key=lambda home: (versions[home], str(home)), default=None)


def _installed_homes() -> Iterable[Path]:
    program = shutil.which("java")
    if program:
        yield Path(program).resolve().parent.parent
    for folder in JVM_FOLDERS:
        if folder.is_dir():
            yield from folder.iterdir()
            yield from folder.glob("*/Contents/Home")


def read_version(home: Path) -> int:
    """The major version of the Java in this folder; 0 where there is none."""
    if not os.access(home / "bin" / "java", os.X_OK):
        return 0
    try:
        text = (home / "release").read_text(errors="replace")
    except OSError:
        text = ""
    return parse_version(text) or parse_version(_ask_version(home))


def _ask_version(home: Path) -> str:
    command = [str(home / "bin" / "java"), "-version"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def parse_version(text: str) -> int:
    """The major version in a `release` file or in what `java -version` says: `25.0.3` is 25, `1.8.0` is 8."""
    found = re.search(r'(?:JAVA_VERSION=|version )"(?:1\.)?(\d+)', text)
    return int(found[1]) if found else 0
