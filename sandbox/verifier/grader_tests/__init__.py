"""What hidden tests may import of the verifier, beside their fixtures.

from grader_tests import CandidateError, Reply, ToolCall, read_json, read_yaml
"""

from blame import CandidateError
from gateway.records import Reply, ToolCall

from .documents import read_json, read_yaml

__all__ = ["CandidateError", "Reply", "ToolCall", "read_json", "read_yaml"]
