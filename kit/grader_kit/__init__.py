"""Mechanics that the hidden tests of several packs share. The grader lays this package beside the tests that import it.

Standard library only, and nothing of the grader. It may be public: no wording, no policy, no answer is in it, so who
has taken one challenge, or has read this, does not know the next. What a pack draws with it follows from its seed and
from names that the pack chooses, so the same call has to give the same draws for ever.
"""

from __future__ import annotations

from grader_kit.streams import repeated as repeated
from grader_kit.streams import stream as stream
from grader_kit.streams import together as together
