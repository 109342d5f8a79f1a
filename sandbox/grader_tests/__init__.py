"""What hidden tests may import of the verifier, beside their fixtures.

from grader_tests import CandidateError, Reply, ToolCall, read_json, read_yaml

`Candidate`, `Completed`, `Files`, `Remote` and `Model` are the types of what the fixtures give, for annotations. All
else in the verifier is its own: it may have another name tomorrow.
"""

from grader_verifier.blame import CandidateError
from grader_verifier.candidate import Candidate
from grader_verifier.documents import read_json, read_yaml
from grader_verifier.gateway.control import Model
from grader_verifier.gateway.records import Reply, ToolCall
from grader_verifier.remote import Remote
from grader_verifier.work import Completed, Files

__all__ = [
    "Candidate",
    "CandidateError",
    "Completed",
    "Files",
    "Model",
    "Remote",
    "Reply",
    "ToolCall",
    "read_json",
    "read_yaml",
]
