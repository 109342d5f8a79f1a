"""A signed result: so that another system can trust a grade which it did not make.

`signature.json` in the output folder lists the SHA-256 of every other file there and an Ed25519 signature (RFC 8032)
over that list. Verifying recomputes the list: a changed, missing or added file, or a changed list, is caught.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader import files
from grader.errors import GraderError, UsageError
from grader.report import oneness

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NAME = "signature.json"
VERSION = 1
PURPOSE = b"grader result v1\n"
"""Signed before the list, so that a signature made for another purpose with the same key never fits."""


class TamperedError(GraderError):
    """The result is not what was signed, or not signed with this key."""

    exit_code = 1


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What a signature covers: the key it was made with, and each file's digest."""

    key: str
    files: dict[str, str]


def new_key(path: Path) -> str:
    """Writes a new private key to `path` (PEM, readable by its owner only) and returns the public key as text.

    Raises UsageError when there is a file already.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    except OSError as problem:
        raise UsageError(f"{path} cannot be written: {problem.strerror}.") from problem
    return public_text(key.public_key())


def sign(out: Path, key: Ed25519PrivateKey) -> Signed:
    """Signs everything in `out` and writes its signature.json. Raises UsageError where there is no grade, where files
    are of another run, and for what is neither a plain file nor a folder with one in it."""
    if not (out / "grade.json").is_file():
        raise UsageError(f"{out} holds no grade.json; is it the output folder of a grading?")
    try:
        listed = digests(out)
    except TamperedError as problem:
        raise UsageError(problem.message) from problem
    oneness.check(out)
    public = public_text(key.public_key())
    body = {"version": VERSION, "key": public, "files": listed}
    signature = base64.b64encode(key.sign(_message(body))).decode()
    files.write(out / NAME, _text({**body, "signature": signature}))
    return Signed(key=public, files=listed)


def verify(out: Path, trusted: Ed25519PublicKey) -> Signed:
    """What was signed, when everything in `out` is as it was and `trusted` made the signature. Raises TamperedError."""
    from cryptography.exceptions import InvalidSignature

    data = _read(out / NAME)
    body = {key: data.get(key) for key in ("version", "key", "files")}
    written = str(data.get("signature", ""))
    try:
        signature = base64.b64decode(written, validate=True)
        trusted.verify(signature, _message(body))
    except (InvalidSignature, ValueError) as problem:
        raise TamperedError(f"{out / NAME} was not made with the given key, or was changed since.") from problem
    plain = base64.b64encode(signature).decode() == written
    if not plain or data.keys() != {*body, "signature"} or not isinstance(body["files"], dict):
        raise TamperedError(f"{out / NAME} holds something that is not signed.")
    _compare(body["files"], digests(out), out)
    return Signed(key=str(body["key"]), files=body["files"])


def digests(out: Path) -> dict[str, str]:
    """Relative path → SHA-256 of every file in `out` but the signature. Raises TamperedError for whatever is neither a
    plain file nor a folder that holds one."""
    found = {}
    for path in sorted(out.rglob("*")):
        name = path.relative_to(out).as_posix()
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            if not any(path.iterdir()):
                raise TamperedError(f"{path} is an empty folder; it was added.")
        elif not stat.S_ISREG(mode):
            what = "a link" if stat.S_ISLNK(mode) else "neither a file nor a folder"
            raise TamperedError(f"{path} is {what}; it was added, for a result holds plain files only.")
        elif name != NAME:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def load_private(text: str) -> Ed25519PrivateKey:
    """A private key from PEM. Raises UsageError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError) as problem:
        raise UsageError(
            "The signing key is not a private key in PEM; `grade sign --new-key FILE` makes one."
        ) from problem
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError("The signing key is not an Ed25519 key; `grade sign --new-key FILE` makes one.")
    return key


def load_public(text: str) -> Ed25519PublicKey:
    """A public key as `grade sign` prints it. Raises UsageError."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    kind, _, value = text.strip().partition(":")
    try:
        if kind != "ed25519":
            value = ""
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(value, validate=True))
    except ValueError as problem:
        raise UsageError("The public key is not one that `grade sign` prints (ed25519:…).") from problem


def public_text(key: Ed25519PublicKey) -> str:
    """`ed25519:` and the 32 bytes of the key in base64."""
    return "ed25519:" + base64.b64encode(key.public_bytes_raw()).decode()


def _text(data: dict[str, Any]) -> str:
    """The one way in which a signature is written; any other is taken for a change."""
    return json.dumps(data, indent=1) + "\n"


def _message(body: dict[str, Any]) -> bytes:
    return PURPOSE + json.dumps(body, sort_keys=True, separators=(",", ":")).encode()


def _read(path: Path) -> dict[str, Any]:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):  # a pipe would be waited for
            raise TamperedError(f"{path} is no plain file: the result is not signed.")
        raw = path.read_text(encoding="utf-8")
        data = json.loads(raw)
    except OSError as problem:
        raise TamperedError(f"{path} cannot be read: the result is not signed.") from problem
    except (ValueError, RecursionError) as problem:
        raise TamperedError(f"{path} is not JSON: it was changed since it was made.") from problem
    if not isinstance(data, dict) or raw != _text(data):
        raise TamperedError(f"{path} is not a signature as this grader writes it.")
    return data


def _compare(signed: dict[str, str], now: dict[str, str], out: Path) -> None:
    changed = sorted(name for name in signed.keys() & now.keys() if signed[name] != now[name])
    missing, added = sorted(signed.keys() - now.keys()), sorted(now.keys() - signed.keys())
    for names, what in ((changed, "was changed"), (missing, "is missing"), (added, "was added")):
        if names:
            raise TamperedError(f"{out / names[0]} {what} since the result was signed.")
