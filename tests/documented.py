"""Commands as the docs write them."""

from __future__ import annotations

import click


def parse(words: list[str], group: click.Group, parent: click.Context) -> None:
    """Parses `words` as the program would; raises UsageError for a command or an option that there is not."""
    name, command, rest = group.resolve_command(parent, words)
    assert command is not None, f"no such command: {words[0]}"
    if isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        parse(rest, command, command.make_context(name, [], parent=parent, resilient_parsing=True))
        return
    parser = command.make_parser(click.Context(command, info_name=name, parent=parent))
    parser.parse_args([word for word in rest if word not in {"…", "..."}])
