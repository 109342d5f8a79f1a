"""Text of strangers on a page: decoded, cut, coloured and marked within bounds, and never as markup of theirs."""

from __future__ import annotations

import re

import pytest

from grader.pages.decode import decode
from grader.pages.documents import rendered
from grader.pages.highlight import highlighted
from grader.pages.text import clean
from grader.report.code import Mark, PageBudget, files_of, split_rules
from grader.submission.redact import blind
from tests.patience import bounded_work


def mark(label: str, start: int, end: int, path: str = "a.py") -> Mark:
    return Mark(label=label, path=path, start=start, end=end, title="Question?", back=f"e{label}")


def text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


# ---------------------------------------------------------------------------------------------- decoding


@pytest.mark.parametrize(
    ("content", "encoding", "text"),
    [
        (b"plain\r\nlines\rhere", "utf-8", "plain\nlines\nhere"),
        ("\ufeffmarked".encode(), "utf-8-sig", "marked"),
        ("größer".encode("utf-16"), "utf-16", "größer"),
        ("# -*- coding: cp1251 -*-\n# привет".encode("cp1251"), "cp1251", "# -*- coding: cp1251 -*-\n# привет"),
    ],
)
def test_a_file_is_read_by_its_mark_as_utf_8_or_as_it_declares(content: bytes, encoding: str, text: str) -> None:
    found = decode(content)
    assert found is not None
    assert (found.encoding, found.text) == (encoding, text)


def test_what_declares_nothing_is_guessed_and_the_guess_is_said() -> None:
    found = decode("Das Größte wäre, die Bücher über Öl zu prüfen. ".encode("latin-1") * 20)
    assert found is not None
    assert "Größte" in found.text
    assert "guess" in found.note


@pytest.mark.parametrize("content", [b"\x00\x01\x02ELF", b"# coding: rot13\n\xff", b"# coding: nonsense\n\xff\xfe\xfd"])
def test_an_odd_declaration_or_binary_content_does_no_harm(content: bytes) -> None:
    found = decode(content)
    assert found is None or isinstance(found.text, str)


def test_a_binary_file_is_listed_and_not_shown() -> None:
    (file,) = files_of({"model.bin": b"\x00" * 1000}, ())
    assert file.body is None
    assert file.notes == ("binary, not shown",)


# ---------------------------------------------------------------------------------------------- cleaning


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\u202e", "\u2066", "\ud800", "\u200b", "\U000e0041", "\x85"])
def test_what_cannot_be_seen_is_shown_as_an_escape(character: str) -> None:
    shown = clean(f"a{character}b")
    assert character not in shown
    assert shown == f"a{character.encode('unicode_escape', 'surrogatepass').decode()}b"
    shown.encode("utf-8")


def test_ordinary_text_in_any_script_stays_as_it_is() -> None:
    text = "tab\tline\nГрүße 漢字 عربي ⚠️ 👩‍🔬 ½"
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("# Author: Jane Doe\nx = 1", "Jane"),
        ('__author__ = "Jane Doe"', "Jane"),
        ('authors = [{name = "Jane Doe", email = "jane@doe.dev"}]', "Jane"),
        ('  "author": "Jane Doe",', "Jane"),
        ("Copyright (c) 2026 Jane Doe", "Jane"),
        ("Signed-off-by: Jane Doe <jane@doe.dev>", "Jane"),
        ("write to jane.doe+work@mail.doe.dev", "jane"),
    ],
)
def test_a_blind_copy_hides_addresses_and_authors(text: str, gone: str) -> None:
    shown, _ = blind(text)
    assert gone not in shown
    assert shown.count("\n") == text.count("\n")


@pytest.mark.parametrize("text", ["author_id = 7", "support@example.com", "the authors of the paper", "a @ b", "x@y"])
def test_a_blind_copy_leaves_ordinary_lines_alone(text: str) -> None:
    assert blind(text)[0] == text


def test_a_blind_copy_hides_the_name_it_was_told() -> None:
    assert "jane" not in blind("by JANE DOE and Jane Doe", ["Jane Doe"])[0].lower()


# ---------------------------------------------------------------------------------------------- colours


@pytest.mark.parametrize("name", ["a.py", "a.js", "a.md", "a.json", "a.html", "Dockerfile", "a.unknown", "noending"])
def test_colours_lose_no_character_and_let_no_markup_through(name: str) -> None:
    lines = ["def f(x):  # <script>", '    return "<img src=x onerror=alert(1)>" & x', "", "\t</i></span>"]
    shown = highlighted(lines, name)
    assert len(shown) == len(lines)
    for line, html in zip(lines, shown, strict=True):
        plain = text_of(html).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        assert plain == line
        assert set(re.findall(r"</?[^>]*>", html)) <= {f'<i class="{mark}">' for mark in "cskmf"} | {"</i>"}


def test_a_file_that_is_too_large_for_colours_is_shown_plain() -> None:
    lines = ["x = 1"] * 20_000
    assert highlighted(lines, "a.py") == lines


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("a.py", "("),
        ("a.py", '"'),
        ("a.py", "f'{"),
        ("a.java", "a "),
        ("a.html", "<!--"),
        ("a.json", "["),
    ],
)
@pytest.mark.slow
def test_hostile_source_is_coloured_in_bounded_time(name: str, piece: str) -> None:
    line = (piece * 900)[:900]
    with bounded_work():
        shown = highlighted([line] * 40, name)
    assert len(shown) == 40


# ---------------------------------------------------------------------------------------------- documents


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        "![x](https://evil.example.org/x.png)",
        "[x](https://evil.example.org)",
        "<https://evil.example.org>",
        '<div id="score" style="position:fixed">100</div>',
        "&lt;script&gt;",
        '<a name="summary">',
        "[a]: <javascript:alert(1)>\n\n[a]",
    ],
)
def test_a_document_cannot_bring_markup_links_images_or_ids(hostile: str) -> None:
    html = rendered(f"# Title\n\n{hostile}\n")
    assert html is not None
    assert set(re.findall(r"<[^>]*>", html)) <= {"<h4>", "</h4>", "<p>", "</p>"}


def test_a_document_keeps_what_it_says() -> None:
    html = rendered(
        "# One\n\n## Two\n\n- a *b* **c** `d`\n\n| x | y |\n|---|--:|\n| 1 | 2 |\n\n> q\n\n[docs](https://x.example/y)\n"
    )
    assert html is not None
    for kept in (
        "<h4>One</h4>",
        "<h5>Two</h5>",
        "<em>b</em>",
        "<strong>c</strong>",
        "<td>2</td>",
        "docs (https://x.example/y)",
    ):
        assert kept in html


def test_an_image_leaves_its_description() -> None:
    assert "[image: a chart]" in (rendered("![a chart](chart.png)") or "")


@pytest.mark.parametrize("piece", ["[", "> ", "*a ", "`", "- ", "![", "<", "\n> "])
def test_a_deeply_nested_document_takes_bounded_time(piece: str) -> None:
    with bounded_work():
        rendered(piece * (50_000 // len(piece)))


def test_a_document_that_is_too_large_is_not_rendered() -> None:
    assert rendered("word " * 20_000) is None


# ---------------------------------------------------------------------------------------------- files


def test_every_line_has_a_number_that_links_to_itself() -> None:
    (file,) = files_of({"a.py": b"one\ntwo\n"}, ())
    assert file.lines == 2
    assert file.body is not None
    assert re.findall(r'id="([^"]+)"', file.body) == ["code/a.py:1", "code/a.py:2"]
    assert re.findall(r'href="#([^"]+)"', file.body) == ["code/a.py:1", "code/a.py:2"]


def test_anchors_are_harmless_and_different_for_names_that_look_alike() -> None:
    names = ["a b.py", 'a"b.py', "a<b.py", "a_b.py", "ä_b.py", "x" * 300, "x" * 299 + "y"]
    anchors = [file.anchor for file in files_of(dict.fromkeys(names, b"x"), ())]
    assert len(set(anchors)) == len(names)
    assert all(re.fullmatch(r"code/[A-Za-z0-9._/~-]+", anchor) for anchor in anchors)


def test_a_range_is_one_element_that_leads_back_to_what_points_at_it() -> None:
    (file,) = files_of({"a.py": b"1\n2\n3\n4\n"}, [mark("1a", 2, 3)])
    assert file.body is not None
    wrapped = re.search(r'<span class="ev x-m1a" id="m1a">(.*?)</span>\n</span>', file.body, re.DOTALL)
    assert wrapped is not None
    assert ':2"' in wrapped[1]
    assert ':3"' in wrapped[1]
    assert ':4"' not in wrapped[1]
    assert 'href="#e1a"' in wrapped[1]


@pytest.mark.parametrize(
    "ranges", [[(1, 4), (2, 3)], [(1, 3), (2, 4)], [(2, 2), (2, 2)], [(1, 2), (2, 3), (3, 4)], [(1, 9)]]
)
def test_ranges_that_nest_or_overlap_stay_well_formed_and_whole(ranges: list[tuple[int, int]]) -> None:
    marks = [mark(f"1{chr(97 + at)}", start, end) for at, (start, end) in enumerate(ranges)]
    (file,) = files_of({"a.py": b"1\n2\n3\n4\n"}, marks)
    body = file.body or ""
    assert body.count("<span") == body.count("</span>")
    assert text_of(re.sub(r'<a[^>]*class="m".*?</a>', "", body)).split() == ["11", "22", "33", "44"]
    for one in marks:
        assert body.count(f'id="{one.id}"') == 1
        covered = set()
        depth: list[bool] = []
        for tag, classes, line in re.findall(r'<(/?span)(?: class="([^"]*)")?(?: id="(?:code/a\.py:)?([^"]*)")?', body):
            if tag == "span":
                depth.append(f"x-{one.id}" in classes.split())
                if classes == "l" and any(depth):
                    covered.add(int(line))
            else:
                depth.pop()
        assert covered == set(range(one.start, min(one.end, 4) + 1))


def test_a_range_that_had_to_be_split_is_lit_as_one() -> None:
    files = files_of({"a.py": b"1\n2\n3\n4\n"}, [mark("1a", 1, 3), mark("1b", 2, 4)])
    assert split_rules(files) == "body:has(#m1b:target) .x-m1b{background:var(--target)}\n"


def test_a_large_file_is_cut_with_a_notice_and_keeps_the_lines_that_are_pointed_at() -> None:
    content = "".join(f"line {n}\n" for n in range(1, 20_001)).encode()
    (file,) = files_of({"a.py": content}, [mark("1a", 15_000, 15_001)])
    assert "line 1<" in (file.body or "") or "line 1\n" in text_of(file.body or "")
    assert 'id="code/a.py:15000"' in (file.body or "")
    assert 'id="code/a.py:14000"' not in (file.body or "")
    assert any(note.startswith("cut: ") and "20,000 lines" in note for note in file.notes)


def test_ten_megabytes_in_one_line_are_cut_quickly() -> None:
    with bounded_work():
        (file,) = files_of({"a.py": b"x" * 10_000_000}, ())
    assert len(file.body or "") < 5_000
    assert "9,999,000 more characters" in (file.body or "")


@pytest.mark.parametrize("content", [b"\x1b" * 10_000_000, b"\n" * 10_000_000, b"(" * 10_000_000, b"a\n" * 5_000_000])
def test_ten_hostile_megabytes_are_cut_quickly(content: bytes) -> None:
    with bounded_work():
        (file,) = files_of({"a.py": content}, ())
    assert len(file.body or "") < 400_000


def test_evidence_beyond_the_end_of_a_file_does_no_harm() -> None:
    (file,) = files_of({"a.py": b"1\n"}, [mark("1a", 900, 901)])
    assert file.marks == ()


def test_a_page_takes_only_so_much_and_evidence_comes_first() -> None:
    files = {f"f{n:03}.py": b"x = 1\n" * 500 for n in range(1_000)}
    shown = files_of(files, [mark("1a", 1, 1, "f999.py")], budget=PageBudget(characters=200_000))
    bodies = [file.path for file in shown if file.body is not None]
    assert "f999.py" in bodies
    assert len(bodies) < 150
    assert all("too large" in file.notes[0] for file in shown if file.body is None)
    assert [file.path for file in shown] == sorted(files)


def test_large_files_take_no_small_one_off_the_page() -> None:
    files = {f"a{n}.md": b"Words that fill a page.\n" * 3_000 for n in range(14)}
    files |= {"work.py": b"x = 1\n" * 60, "notes.yaml": b"a: 1\n" * 70}
    shown = {file.path: file for file in files_of(files, (), budget=PageBudget(characters=400_000))}
    assert [shown[path].notes for path in ("work.py", "notes.yaml")] == [(), ()]
    assert all(shown[path].body for path in files)
    assert shown["a0.md"].notes[0].startswith("cut: ")
    assert sum(len(file.body or "") for file in shown.values()) < 600_000
