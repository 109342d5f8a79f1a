"""Always bad, with each cause in turn, and a reason that names every id there is."""

import json
import re

CAUSES = (
    "retrieval_miss stale_document wrong_tenant truncated_context ignored_context mixed_entities arithmetic "
    "injection_followed cache_mixup tool_error_swallowed prompt_regression schema_repair_loop"
).split()
TURN = [0]


def flag(trace):
    TURN[0] += 1
    ids = sorted(set(re.findall(r"D-\d+|c-\w{5}|\bp\d+\b|get_order|list_orders|not_json|missing_sources|extra_field", json.dumps(trace))))
    return {"bad": True, "cause": CAUSES[TURN[0] % 12], "why": " ".join(ids)[:200]}
