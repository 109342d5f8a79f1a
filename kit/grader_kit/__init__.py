"""Mechanics that the hidden tests of several packs share. The grader lays this package beside the tests that import it.

Standard library only, and nothing of the grader. It may be public: no wording, no policy, no answer is in it, so who
has taken one challenge, or has read this, does not know the next. What a pack draws with it follows from its seed and
from names that the pack chooses, so the same call has to give the same draws for ever.
"""

from __future__ import annotations

from grader_kit.names import one_of_each as one_of_each
from grader_kit.names import untaken as untaken
from grader_kit.pools import kept_back as kept_back
from grader_kit.pools import open_to as open_to
from grader_kit.replies import problem_of as problem_of
from grader_kit.replies import share as share
from grader_kit.replies import shown as shown
from grader_kit.replies import unusable as unusable
from grader_kit.replies import wrong_choice as wrong_choice
from grader_kit.replies import wrong_flag as wrong_flag
from grader_kit.replies import wrong_keys as wrong_keys
from grader_kit.replies import wrong_number as wrong_number
from grader_kit.replies import wrong_text as wrong_text
from grader_kit.starter import as_lines as as_lines
from grader_kit.starter import write_starter as write_starter
from grader_kit.streams import in_drawn_order as in_drawn_order
from grader_kit.streams import repeated as repeated
from grader_kit.streams import stream as stream
from grader_kit.streams import together as together
