"""feedback.html and feedback.md: the candidate's letter, from templates that a company can replace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.challenge import Challenge
from grader.errors import UsageError, visible
from grader.pages.markdown import escaped
from grader.pages.templating import letters, policy
from grader.pages.text import in_words
from grader.records import Grade
from grader.report.letter import letter

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
PAGE, TEXT, STYLE = "feedback.html.j2", "feedback.md.j2", "letter.css"


def render(
    grade: Grade, challenge: Challenge | None, templates: Path | None = None, decided: str = ""
) -> tuple[str, str]:
    """The letter as a page and as Markdown text, in the tone of what people `decided`. `templates` is a folder in which
    any of feedback.html.j2, feedback.md.j2 and letter.css replace the shipped ones; a template gets `letter`, `style`,
    `csp` and `in_words`.

    Raises UsageError, with the template's name and line, where a company's template does not work.
    """
    from markupsafe import Markup

    if templates is not None and not templates.is_dir():
        raise UsageError(f"{templates} is not a folder of templates.")
    own = templates / STYLE if templates else None
    style = (own if own and own.is_file() else TEMPLATES / STYLE).read_text(encoding="utf-8")
    facts = letter(grade, challenge, decided)
    page = _fill(PAGE, templates, letter=facts, style=Markup(style), csp=policy(style), in_words=in_words)  # noqa: S704
    return page, _fill(TEXT, templates, letter=facts, in_words=in_words)


def _fill(name: str, templates: Path | None, **values: Any) -> str:
    from jinja2 import TemplateError, TemplateSyntaxError

    try:
        return _environment(name, templates).get_template(name).render(values)
    except TemplateSyntaxError as problem:
        raise UsageError(f"{problem.filename or name}:{problem.lineno}: {visible(str(problem.message))}") from problem
    except (TemplateError, TypeError, ValueError) as problem:
        raise UsageError(f"{templates or ''}/{name}: {visible(str(problem))}") from problem


def warm() -> None:
    """Loads the shipped templates."""
    for name in (PAGE, TEXT):
        _environment(name, None).get_template(name)


def _environment(name: str, templates: Path | None) -> Environment:
    return letters(TEMPLATES, templates, escaped if name == TEXT else None)
