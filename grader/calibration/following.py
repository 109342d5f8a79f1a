"""What becomes of a gate whose judge agrees less with people than it did, where a file says what they gave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.agreement.rolling import FALLEN, Rolling

if TYPE_CHECKING:
    from grader.judge.closed import ClosedGates
    from grader.judge.record import Calibration


def close_falling(found: Sequence[Rolling], calibration: Calibration, gates: ClosedGates) -> tuple[str, ...]:
    """Closes the gate of each criterion that falls, until it is calibrated anew. Returns which."""
    falling = [one for one in found if one.falling and one.criterion in calibration.criteria]
    for one in falling:
        gates.close(calibration.id, one.criterion, FALLEN.format(one.sentence))
    return tuple(one.criterion for one in falling)
