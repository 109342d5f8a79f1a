"""What of the operator's environment reaches the programs that make images on this machine: the way to their packages,
and nothing that changes what they make.

`umask`, locale, Python's variables, and pip's other settings (a target, a constraint, a virtual environment that is
required) would make other images, or none, on another machine.
"""

from __future__ import annotations

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.errors import InfrastructureError

UMASK = 0o022
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
WAYS = ("PATH", "HOME", *PROXIES, *(name.upper() for name in PROXIES))
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
PIP = ("index-url", "extra-index-url", "trusted-host", "cert", "client-cert", "proxy", "timeout", "retries",
       "find-links", "no-index")  # fmt: skip
"""Settings of pip that say where packages are: from `PIP_…` variables, else from pip's own files."""


def environment(known: Mapping[str, str]) -> dict[str, str]:
    """For programs that fetch packages, out of `known`, the operator's environment."""
    kept = {name: known[name] for name in (*WAYS, *CERTIFICATES) if name in known}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def pip_environment(known: Mapping[str, str]) -> dict[str, str]:
    """For pip. Its files are read here and kept from it, because they may say more than where packages are. Raises
    InfrastructureError for one that cannot be read."""
    settings: dict[str, str] = {}
    for path in _files(known):
        settings |= _in_file(path)
    settings |= {name: known[_variable(name)] for name in PIP if known.get(_variable(name))}
    if "timeout" not in settings and known.get("PIP_DEFAULT_TIMEOUT"):
        settings["timeout"] = known["PIP_DEFAULT_TIMEOUT"]
    named = {_variable(name): value for name, value in settings.items()}
    return {**environment(known), **named, "PIP_CONFIG_FILE": os.devnull}


def _variable(name: str) -> str:
    return f"PIP_{name.replace('-', '_').upper()}"


def _files(known: Mapping[str, str]) -> Iterator[Path]:
    """Where pip looks, the file that counts most last."""
    home = Path(known.get("HOME") or Path.home())
    if known.get("PIP_CONFIG_FILE") == os.devnull:
        return
    for folder in known.get("XDG_CONFIG_DIRS", "/etc/xdg").split(os.pathsep):
        yield Path(folder, "pip", "pip.conf")
    yield Path("/etc/pip.conf")
    yield home / ".pip" / "pip.conf"
    yield Path(known.get("XDG_CONFIG_HOME") or home / ".config", "pip", "pip.conf")
    yield Path(sys.prefix, "pip.conf")
    if known.get("PIP_CONFIG_FILE"):
        yield Path(known["PIP_CONFIG_FILE"])


def _in_file(path: Path) -> dict[str, str]:
    """Those of PIP that `path` says, for all commands and then for downloads."""
    if not path.is_file():
        return {}
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(path.read_text(encoding="utf-8"), str(path))
    except (OSError, ValueError, configparser.Error) as problem:
        raise InfrastructureError(f"pip's settings in {path} cannot be read: {problem}", fix="pip config debug") from (
            problem
        )
    found = {}
    for section in ("global", "download"):
        for name, value in parser[section].items() if parser.has_section(section) else ():
            if name.replace("_", "-") in PIP:
                found[name.replace("_", "-")] = " ".join(value.split())
    return found
