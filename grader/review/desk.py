"""The desk: every operation on people, cases and what is said about them. The one way in for pages and commands.

    with open_desk("sqlite:///grader.db") as desk:
        case = desk.open_case(actor, run)                # a run that is in the store
        desk.assign(actor, case.id, person)
        desk.save(rater, case.id, sheet, version=0)      # ConflictError, with both texts
        desk.submit(rater, case.id, sheet, version=1)    # IncompleteError, with what is missing
        desk.reveal(lead, case.id)                       # NotReadyError
        view = desk.view(rater, case.id)                 # the one thing to show

Who does it is an `Actor`: a person and how they came in, or nobody: whoever runs the program on the machine. All raise
NotFoundError for a case that there is not, or that this person may not know of, in the same words.
"""

from __future__ import annotations

from types import TracebackType

from grader.review.cases import CasesDesk
from grader.review.deciding import DecidingDesk
from grader.review.labels import LabelsDesk
from grader.review.norming import NormingDesk
from grader.review.opening import OpeningDesk
from grader.review.released import ReleasedDesk
from grader.review.second import SecondDesk


class Desk(OpeningDesk, CasesDesk, DecidingDesk, NormingDesk, LabelsDesk, SecondDesk, ReleasedDesk):
    """All parts of the desk as one; asking holds those of people and the debrief, deciding those of live rounds."""

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _problem: BaseException | None, _where: TracebackType | None
    ) -> None:
        self.close()


def open_desk(url: str) -> Desk:
    """The desk over the store at `url`. Raises as `grader.store.open_store` does."""
    from grader.store import open_store

    return Desk(open_store(url).engine)
