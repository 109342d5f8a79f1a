"""What hidden tests see of a submission without calling it: its files, and what a command of it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from grader_verifier import documents


class Files(Mapping[str, bytes]):
    """The submission as data: path → bytes. Read it, parse it; it is never imported here. `looked` is called whenever
    something of it is taken."""

    def __init__(self, files: dict[str, bytes], looked: Callable[[], None] = lambda: None) -> None:
        self._files, self._looked = files, looked

    def __getitem__(self, path: str) -> bytes:
        self._looked()
        return self._files[path]

    def __iter__(self) -> Iterator[str]:
        self._looked()
        return iter(self._files)

    def __len__(self) -> int:
        self._looked()
        return len(self._files)

    def text(self, path: str) -> str:
        """The file as text; bytes that are not UTF-8 become U+FFFD."""
        return self[path].decode("utf-8-sig", "replace")

    def json(self, path: str, *, most: int = documents.MOST_BYTES) -> Any:
        """The value of a JSON file of at most `most` bytes. Raises CandidateError, as `yaml` does."""
        return documents.read_json(self._there(path), path, most)

    def yaml(self, path: str, *, most: int = documents.MOST_BYTES) -> Any:
        """The plain data of a YAML file of at most `most` bytes. Raises CandidateError where there is no such file, or
        where it is not plain data that is read in bounds; see documents.py."""
        return documents.read_yaml(self._there(path), path, most)

    def _there(self, path: str) -> bytes:
        if path not in self:
            raise documents.refused(path, "there is no such file")
        return self[path]


class Completed:
    """What a command did: `exit_code` (negative: the signal that ended it), `stdout`, `stderr`, `seconds`."""

    def __init__(self, exit_code: int, stdout: str, stderr: str, seconds: Callable[[], float], truncated: bool) -> None:
        self.exit_code, self.stdout, self.stderr = exit_code, stdout, stderr
        self._seconds, self.truncated = seconds, truncated

    @property
    def seconds(self) -> float:
        """Own time of the command, with what it left running until something else was asked for."""
        return self._seconds()

    def __repr__(self) -> str:
        return f"Completed(exit_code={self.exit_code}, seconds={self.seconds:.3f})"
