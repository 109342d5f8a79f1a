"""Figures in documents: which command is said to print them, and what mark they get by what it printed."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from grader import aside
from grader.challenge import load_pack
from grader.challenge.manifest import ClaimedData
from grader.claims import documents
from grader.claims.marks import REPRODUCED, CommandOutcome, flags, marked, sentence
from grader.claims.numbers import is_of, numbers
from grader.grading import claims
from grader.grading.run import Request, Run
from grader.judge import claimed, prompt
from grader.judge.documents import Selection, view
from grader.records import Submission
from grader.settings import Settings
from grader.submission.redact import Redactor, find_identities
from tests import report_fixtures as saved
from tests.batch_fixtures import SUMS


def rows(text: str, *outcomes: CommandOutcome, yaml: str = "") -> list[dict[str, Any]]:
    """The figures of a document, each with its mark, where its commands came to `outcomes`."""
    files = {"EVAL.md": text.encode(), **({"claims.yaml": yaml.encode()} if yaml else {})}
    block = marked(documents.read(files), outcomes)
    return list(block["figures"])


def marks(text: str, *outcomes: CommandOutcome, yaml: str = "") -> list[str]:
    return [row["mark"] for row in rows(text, *outcomes, yaml=yaml)]


CONSOLE = "# Results\n\n```console\n$ python measure.py data\nrouted right: 0.92 of 240\n```\n"


def printed(*outputs: str, fresh: tuple[str, ...] = ()) -> CommandOutcome:
    return CommandOutcome(outputs=outputs, fresh=fresh)


# ---------------------------------------------------------------------------------------------- what is found


def test_a_console_block_gives_the_command_and_each_number_that_it_is_said_to_print() -> None:
    found = documents.read({"EVAL.md": CONSOLE.encode()})
    assert [command.text for command in found.commands] == ["python measure.py data"]
    assert [(one.line, one.figure, one.command) for one in found.stated] == [(5, "0.92", 0), (5, "240", 0)]


def test_the_same_command_in_several_places_is_run_once() -> None:
    found = documents.read({"A.md": CONSOLE.encode(), "B.md": b"By `python measure.py data`, 92 % are right.\n"})
    assert len(found.commands) == 1


def test_all_commands_that_a_line_names_are_taken() -> None:
    found = documents.read({"A.md": b"All by `python -m sim`, or by `python measure.py`, also there.\n"})
    assert [command.text for command in found.commands] == ["python -m sim", "python measure.py"]


def test_a_document_of_the_starter_that_is_unchanged_claims_nothing() -> None:
    files = {"README.md": CONSOLE.encode()}
    assert documents.read(files, files) == documents.Claims()


def test_a_command_with_a_blank_is_named_and_says_so() -> None:
    (command,) = documents.read({"A.md": b"All by `python measure.py <starter data>`.\n"}).commands
    assert command.blank == "<starter data>"


@pytest.mark.parametrize("word", ["`shop`", "`makes`", "`shell`", "`python_version`"])
def test_a_name_that_begins_as_a_program_does_is_no_command(word: str) -> None:
    assert documents.read({"A.md": f"See {word}, 92 % right.\n".encode()}).commands == ()


def test_claims_yaml_ties_a_figure_of_the_text_to_its_command() -> None:
    claims = "- {command: python measure.py data, figure: 92 %, repeats: 3}\n"
    found = documents.read({"claims.yaml": claims.encode(), "A.md": b"We route 92 % right.\n"})
    assert found.commands[0].repeats == 3
    assert [(one.path, one.command) for one in found.stated] == [("claims.yaml", 0), ("A.md", 0)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- {figure: 3 %}", "it has no command"),
        ("- {command: x, figur: 3 %}", "unknown key"),
        ("- {command: x, repeats: 99}", "repeats is 1 to 5"),
        ("- {command: x, within: no}", "within is a number"),
        ("- {command: x, figure: much}", "figure holds no number"),
        ("- &a {command: x}\n- *a", "was not read"),
        ("!!python/object/apply:os.system [true]", "was not read"),
        ("claims: 3", "no list of claims"),
        ("[" * 20_000, "was not read"),
        ("x" * 70_000, "larger than"),
    ],
)
def test_a_claims_yaml_that_is_wrong_is_a_note_and_never_an_error(text: str, said: str) -> None:
    found = documents.read({"claims.yaml": text.encode()})
    assert any(said in note for note in found.notes), found.notes


@pytest.mark.slow
def test_a_flood_of_documents_commands_and_figures_is_read_in_bounds() -> None:
    text = "".join(f"By `python a.py {n}`, {n}.25 % are right.\n" for n in range(30_000)).encode()
    began = time.process_time()
    found = documents.read({f"{n}.md": text for n in range(20)} | {"z.md": b"`" * 200_000})
    assert time.process_time() - began < 10
    assert len(found.commands) == documents.MOST_COMMANDS
    assert len(found.stated) == documents.MOST_FIGURES
    assert any("were not run" in note for note in found.notes)


def test_a_flood_of_claims_that_are_none_is_read_in_bounds() -> None:
    began = time.process_time()
    found = documents.read({documents.NAME: b"- a\n" * 15_000})
    assert time.process_time() - began < 10
    assert len(found.notes) == documents.MOST_NOTES + 1
    assert found.notes[-1] == "More was not taken, which is not listed."


# ---------------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("stated", "other", "yes"),
    [
        ("92 %", "0.917", True), ("92 %", "0.914", False), ("92 %", "92.4 %", True), ("92 %", "92", False),
        ("0.92", "0.917", True), ("0.938", "0.94", False), ("0.92", "92 %", True), ("1,234", "1234", True),
        ("0,92", "0.92", True), ("0,123,456", "123456", True), ("-0,123.5", "-123.5", True),
        ("−3.5", "-3.52", True), ("240", "240.4", True), ("240", "241", False),
    ],
)  # fmt: skip
def test_a_printed_number_is_the_stated_one_where_it_rounds_to_it(stated: str, other: str, yes: bool) -> None:
    assert is_of(numbers(stated)[0], numbers(other)[0]) is yes


def test_within_takes_the_place_of_the_rounding() -> None:
    assert is_of(numbers("0.8 ms")[0], numbers("1.2")[0], within=0.5)
    assert not is_of(numbers("0.8 ms")[0], numbers("1.4")[0], within=0.5)


@pytest.mark.parametrize(
    ("figure", "within", "taken"),
    [("92 %", "23", True), ("92 %", "24", False), ("0.8 ms", "0.4", True), ("0.8 ms", "0.5", False),
     ("0 %", "0.5", True), ("92 %", "9" * 400, False), ("92 %", ".inf", False), ("92 %", ".nan", False)],
)  # fmt: skip
def test_who_allows_a_figure_to_be_anything_states_none(figure: str, within: str, taken: bool) -> None:
    found = documents.read({documents.NAME: f"- {{command: x, figure: {figure!r}, within: {within}}}\n".encode()})
    assert (len(found.stated) == 1) is taken
    assert any("within is" in note for note in found.notes) is not taken


def test_what_an_author_allows_is_said_beside_the_mark() -> None:
    (row,) = rows("", printed("p 1.1\n"), yaml='- {command: python m.py, figure: "0.8 ms", within: 0.3}\n')
    assert (row["mark"], row["why"]) == (REPRODUCED, "within 0.3, which the author allows")


# ---------------------------------------------------------------------------------------------- marks


def test_what_the_command_prints_again_is_reproduced() -> None:
    assert marks(CONSOLE, printed("routed right: 0.917 of 240\n")) == ["reproduced", "reproduced"]


def test_another_number_in_the_same_line_differs_and_it_is_said_by_how_much() -> None:
    first, second = rows(CONSOLE, printed("routed right: 0.61 of 240\nsomething else: 0.92\n"))
    assert (first["mark"], first["printed"], first["by"]) == ("differs", "0.61", "-0.31")
    assert second["mark"] == "reproduced"
    assert sentence(first) == "differs: 0.61 is printed (-0.31)"


def test_a_command_that_fails_is_told_with_its_reason_and_costs_no_other_figure() -> None:
    (row,) = rows(
        "By `python x.py`: 92 % right.\n", CommandOutcome(reason="it ended with 1: no file", fault="candidate")
    )
    assert (row["mark"], row["why"]) == ("cannot_run", "it ended with 1: no file")


def test_a_figure_in_a_table_without_any_command_has_none() -> None:
    assert marks("| slice | right |\n|---|---|\n| all | 92 % |\n") == ["no_command"]


def test_a_command_that_words_what_it_prints_in_another_way_contradicts_no_figure_beside_it() -> None:
    text = "By `python x.py`: 5 of the 6 answers under p17 are wrong.\n"
    assert marks(text, printed("reviewed: 108 of 108\nprompt_regression: 5\n")) == ["no_command"]
    assert marks(text, printed("under p17: 4 of 6 wrong\n")) == ["differs"]
    assert marks(text, printed("under p17: 5 of 6 wrong\n")) == ["reproduced"]
    assert marks("By `python x.py`: 92 % are right.\n", printed("right: 220, wrong: 20\n")) == ["no_command"]


def test_a_figure_of_the_text_beside_a_command_that_prints_another_differs() -> None:
    (row,) = rows("By `python measure.py data`: 97 % right.\n", printed("right 0.61\n"))
    assert (row["mark"], row["printed"]) == ("differs", "0.61")


def test_a_figure_far_from_the_command_is_reproduced_where_it_is_printed() -> None:
    text = "Every figure is printed by `python measure.py data`.\n" + "\n" * 20 + "French: 0.79, and 0.55.\n"
    assert marks(text, printed("french 0.788\n")) == ["reproduced", "no_command"]


def test_a_random_figure_is_reproduced_between_what_several_runs_print() -> None:
    yaml = "- {command: python measure.py, figure: '0.90', repeats: 2}\n"
    assert marks("", printed("right 0.88\n", "right 0.93\n"), yaml=yaml) == ["reproduced"]
    assert marks("", printed("right 0.88\n", "right 0.89\n"), yaml=yaml) == ["differs"]


def test_seconds_and_money_beside_a_command_that_prints_none_are_no_lie() -> None:
    assert marks("With `python measure.py data`. A miss costs 50 EUR.\n", printed("right 0.61\n")) == ["no_command"]


# ---------------------------------------------------------------------------------------------- other data


def test_what_stays_the_same_to_the_digit_on_other_data_is_flagged_and_what_moves_is_not() -> None:
    fixed, moved = "share 0.917 of 240\n", "share 0.903 of 240\n"
    text = "```console\n$ python measure.py data\nshare 0.92 of 240\n```\n"
    first, count = rows(text, printed(fixed, fresh=(fixed, fixed)))
    assert (first["fresh"], first["flag"]) == ("same", "does not depend on the data")
    assert count["flag"] == first["flag"]  # all that is printed stayed: other data have other counts
    counted, more = "share 0.917 of 240\nread 240\n", "share 0.917 of 240\nread 250\n"
    assert "flag" not in rows(text, printed(counted, fresh=(more, more)))[1], "one count may be the same by chance"
    assert "flag" not in rows(text, printed(fixed, fresh=(moved, fixed)))[0]
    assert rows(text, printed(fixed))[0]["fresh"] == "not tried"


def flagged(text: str, given: str, fresh: str) -> list[str]:
    """The figures of what a console is said to print that do not depend on the data."""
    found = rows(f"```console\n$ python measure.py data\n{text}```\n", printed(given, fresh=(fresh, fresh)))
    return [row["figure"] for row in found if row.get("flag")]


def test_stored_counts_are_flagged_though_another_line_moves() -> None:
    """As of a script that counts its rows and prints the rest: two counts of ten or more are not the same by chance."""
    given = "240 lines read\ngerman: 25 of 31, missed 1\n"
    assert flagged(given, given, given.replace("240", "251")) == ["25", "31", "1"]
    assert flagged(given, given, given.replace("240", "251").replace("of 31", "of 33")) == []


def test_where_most_lines_stay_the_same_so_do_their_small_counts_not_by_chance() -> None:
    given = "240 lines read\nsmall 2 wrong\nlarge 1 wrong, cost 3\nboth 4 wrong\n"
    assert flagged(given, given, given.replace("240", "251")) == ["2", "1", "3", "4"]
    assert flagged(given, given, given.replace("240", "251").replace("4 wrong", "5 wrong")) == []


def test_a_stored_figure_that_is_printed_in_other_words_is_found_by_its_digits() -> None:
    given = "ticket a7f: right 0.9174\n"
    assert flagged(given, given, "ticket b31x: right 0.9174\n") == ["0.9174"]
    assert flagged(given, given, "ticket b31x: right 0.9021\n") == []


def test_a_figure_that_differs_in_the_console_is_not_taken_for_another_number_in_the_text() -> None:
    text = "```console\n$ python measure.py\ngerman 0.93\n```\n\nGerman is right in 0.93 of all.\n"
    assert marks(text, printed("german 0.96\nspanish 0.93\n")) == ["differs", "differs"]


def test_a_rare_figure_is_reproduced_wherever_it_is_printed() -> None:
    text = "All by `python measure.py`.\n" + "\n" * 20 + "It comes to 38522 EUR, 0.78 EUR a batch; 12 ms.\n"
    assert marks(text, printed("Birch 38522, batch 0.78, wait 12\n")) == ["reproduced", "reproduced", "no_command"]


FAR = "All by `python measure.py`.\n" + "\n" * 20


@pytest.mark.parametrize(
    ("stated", "printed_", "mark"),
    [
        ("308 EUR", "asks about all: people asked 62, cost 308 EUR on 76 calls\n", "reproduced"),
        ("308 €", "cost 308€\n", "reproduced"),
        ("308 EUR", "people asked 308, cost 62 EUR\n", "no_command"),
        ("308 EUR", "308 Europeans\n", "no_command"),
        ("308 EUR", "cost 309 EUR\n", "no_command"),
        ("308 EUR", "# 308 EUR\n", "no_command"),
        ("62 EUR", "cost 62 EUR\n", "no_command"),
        ("308 (EUR", "cost 308 (EUR\n", ""),
    ],
)
def test_a_sum_of_three_digits_is_told_by_them_and_its_unit(stated: str, printed_: str, mark: str) -> None:
    assert marks(f"{FAR}It comes to {stated}.\n", printed(printed_)) == ([mark] if mark else [])


def test_the_end_of_a_scale_is_not_flagged() -> None:
    text = "```console\n$ python measure.py data\nright 1.00\n```\n"
    assert "flag" not in rows(text, printed("right 1.00\n", fresh=("right 1.00\n",) * 2))[0]


def test_a_reviewer_is_told_where_most_that_a_command_prints_stays_the_same() -> None:
    claims = documents.read({"EVAL.md": CONSOLE.encode()})
    fixed = marked(claims, [printed("right: 0.92 of 240\n", fresh=("right: 0.92 of 240\n",) * 2)])
    moved = marked(claims, [printed("right: 0.92 of 240\n", fresh=("right: 0.91 of 240\n",) * 2)])
    assert "same to the digit" in flags(fixed)[0]
    assert flags(moved) == ()


def test_an_endless_output_is_compared_in_bounds() -> None:
    text = "```console\n$ python m.py\n" + "".join(f"a {n}.25\n" for n in range(300)) + "```\n"
    flood = "a 1.25\n" * 9_000
    began = time.process_time()
    json.dumps(rows(text, printed(flood, fresh=(flood, flood))))
    assert time.process_time() - began < 5


def test_what_cannot_be_compared_in_time_is_said_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hundred figures, twelve commands and two thousand numbers of each take half a minute."""
    monkeypatch.setattr(aside, "SECONDS", 1.0)
    commands = "".join(f"- {{command: python m{n}.py, figure: '3.25 %'}}\n" for n in range(12))
    text = "".join(f"It is {n}.77 %.\n" for n in range(200))
    pack = load_pack(SUMS)
    run = Run(request=Request(source="s", challenge=SUMS, out=Path()), settings=Settings(), say=lambda _text: None)
    flood = [CommandOutcome(outputs=(" ".join(f"{n}.25" for n in range(9_000)),) * 5) for _ in range(12)]
    monkeypatch.setattr(claims, "outcomes", lambda *_: flood)
    files = {documents.NAME: commands.encode(), "EVAL.md": text.encode()}
    submission = Submission(digest="sha256:0", files=files)
    told = claims.block(run, pack, submission)
    assert (told["figures"], told["counts"]["differs"]) == ([], 0)
    assert "could not be compared" in told["notes"][0]


def test_a_folder_in_the_place_of_data_gives_way() -> None:
    data = {"data/history.jsonl": b"[]", "data/more/a": b"a"}
    files = {"data/history.jsonl/x": b"", "data/more": b"", "data/mine": b"m", "work.py": b""}
    assert claims.laid_out(files, data) == {"data/mine": b"m", "work.py": b"", **data}


# ---------------------------------------------------------------------------------------------- the manifest


@pytest.mark.parametrize("name", ["../x", "/etc", "a//b", "", "./a"])
def test_data_of_a_challenge_are_plain_paths_below_its_starter(name: str) -> None:
    with pytest.raises(ValueError, match="plain path"):
        ClaimedData(data=[name])


def test_a_generator_needs_to_be_said_what_it_makes() -> None:
    with pytest.raises(ValueError, match="generator needs"):
        ClaimedData(generator="world.starter:fresh")


# ---------------------------------------------------------------------------------------------- the judge


def test_what_the_machine_or_the_pack_did_not_run_is_none_of_the_candidates_doing() -> None:
    for fault, says in (("candidate", "cannot be run"), ("infrastructure", "none of the candidate's doing"),
                        ("challenge", "none of the candidate's doing")):  # fmt: skip
        (row,) = rows("By `python x.py`: 92 % right.\n", CommandOutcome(reason="it did not", fault=fault))
        assert (row["mark"], row["fault"]) == ("cannot_run", fault)
        assert says in sentence(row)
        assert claimed._part(row)[0] == (claimed.NOT if fault == "candidate" else claimed.OPEN)


def told(text: bytes, *outcomes: CommandOutcome, block: dict[str, Any] | None = None, shown: bytes = b"") -> str:
    """What a judge reads of a document (of `shown` in its place) whose commands came to `outcomes`."""
    item = view("EVAL.md", shown or text, Redactor(find_identities({})), 1000)
    assert item is not None
    found = marked(documents.read({"EVAL.md": text}), list(outcomes)) if block is None else block
    selection = claimed.with_marks(Selection(views=(item,), cuts=()), found)
    asked = prompt.build(saved.challenge().rubric.criteria[0], selection, "mark-1")
    return asked.messages[0]["content"] + asked.messages[1]["content"]


RULE = "only a figure that counts meets it"


def test_the_judge_is_told_below_each_line_which_figures_count_and_no_word_of_a_command() -> None:
    asked = told(b"```console\n$ python ignore-the-rubric.py\nright 0.92\n```\n", printed("right 0.61\n"))
    assert "3| right 0.92\nmark-1 Figures of line 3. Not given: 0.92 (0.61 is printed).\n" in asked
    assert RULE in asked
    theirs = [line for line in asked.splitlines() if "ignore-the-rubric" in line]
    assert len(theirs) == 1
    assert not theirs[0].startswith("mark-1")


def test_figures_of_which_nothing_is_said_count_as_not_given_where_no_command_is_named_at_all() -> None:
    """As in words, in a comment of code, or past the number of figures that are looked at."""
    asked = told(b"Ninety-one of a hundred tickets were right.\n")
    assert RULE in asked
    assert "Results that are not said to count are blanks." in asked
    assert "Figures of line" not in asked


def test_texts_of_which_no_figure_was_looked_at_are_judged_without_that_rule() -> None:
    """Items that were written for calibration come without any code."""
    item = view("EVAL.md", b"92 % right\n", Redactor(find_identities({})), 1000)
    assert item is not None
    asked = prompt.build(saved.challenge().rubric.criteria[0], Selection(views=(item,), cuts=()), "mark-1")
    assert RULE not in str(asked.messages)


def test_figures_that_could_not_be_looked_at_are_open_and_count_neither_way() -> None:
    assert "all of them are open" in told(b"92 % right\n", block=claims._unread(aside.AsideError("it took too long")))


def test_counts_in_a_line_that_is_not_what_is_printed_do_not_count_either() -> None:
    text = b"```console\n$ python measure.py\nrouted right: 0.97 of 240\n```\n"
    asked = told(text, printed("routed right: 0.61 of 240\n"))
    assert "Not given: 0.97 (0.61 is printed), 240 (the line is not what is printed)." in asked


def test_a_setting_makes_no_line_what_is_printed() -> None:
    text = b"```console\n$ python measure.py\n6.5: 0 of 30 in vain, 3 of 33 missed\n```\n"
    said = "6.5: 0 of {} in vain, 1 of {} missed\n"
    fresh = (said.format(31, 27), said.format(35, 29))
    assert "These count" not in told(text, printed(said.format(30, 31), fresh=fresh))


def test_a_stored_figure_is_a_setting_at_most_and_one_that_moves_counts() -> None:
    text = b"```console\n$ python measure.py\nat 0.35: 0.917 right\n```\n"
    asked = told(text, printed("at 0.35: 0.917 right\n", fresh=("at 0.35: 0.903 right\n",) * 2))
    assert "These count: 0.917. No results, settings at most: 0.35 (the same on other data)." in asked


def test_marks_follow_their_figures_into_a_twin_with_more_lines() -> None:
    text = b"```console\n$ python measure.py\nright 0.917\n```\n"
    asked = told(text, printed("right 0.917\n"), shown=b"Padding.\n" * 5 + text)
    assert "8| right 0.917\nmark-1 Figures of line 8. These count: 0.917.\n" in asked


@pytest.mark.slow
def test_in_a_grading_the_judge_is_told_what_came_of_the_figures(tmp_path: Path) -> None:
    from grader.challenge import load_pack
    from grader.judge import judge_submission
    from grader.records import Submission
    from grader.settings import Settings
    from grader.testing import packs
    from grader.testing.judge_server import make, running

    text = b"# Decisions\n\nMeasured on all forty tickets:\n\n```console\n$ python measure.py\nright 0.92\n```\n"
    block = marked(documents.read({"DECISIONS.md": text}), [printed("right 0.61\n")])
    pack = load_pack(packs.write_pack(tmp_path / "tiny"))
    with running(make("constant")) as server:
        settings = Settings(openai_base_url=server.url, judge_model="m")
        work = Submission(digest="sha256:1", files={"DECISIONS.md": text})
        judge_submission(pack, work, settings, calibration=None, cache_dir=tmp_path / "cache", claims=block)
    (asked,) = server.requests
    assert "Figures of line 7. Not given: 0.92 (0.61 is printed)." in asked["messages"][1]["content"]
