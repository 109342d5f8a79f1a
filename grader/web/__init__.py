"""People's pages: sign in, rate blind, see what all said once everybody is in, decide.

Reading order: routes (every address, and who may ask for it), app (what happens to a request), then one file a page.
Templates get views made by the rules in grader/review, never rows of the store. Nothing here runs or grades anything.

Importing this package costs nothing; `create_app` imports Flask. It is a WSGI application for `grade serve`, gunicorn
or any other server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from grader.web.config import Config


def create_app(config: Config | None = None) -> Flask:
    """The pages as a WSGI application. Without `config` it is read from the environment, as `grade serve` would.

    Raises UsageError for settings that would not be safe, InfrastructureError where the store does not answer.
    """
    from grader.web.app import build
    from grader.web.config import Config

    return build(config or Config.read())
