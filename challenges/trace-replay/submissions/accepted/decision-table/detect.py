"""A table of facts about a trace, and a table of causes: the first row whose condition holds is the cause.

The rows stand in the order of the steps, so whoever is on call can read the table from top to bottom, or add a row.
"""

import re

from facts import facts

ROWS = [
    ("cache_mixup", lambda f: f.cached and f.entry_differs, lambda f: f"cache entry {f.entry_key}: {f.entry_differs} differs"),
    ("none", lambda f: f.cached, None),
    ("none", lambda f: f.right and f.keeps_rules and not f.obeys, None),
    ("schema_repair_loop", lambda f: f.repairs and f.draft_right and f.draft_keeps_rules, lambda f: f"first draft was fine, check said {f.repairs[0]}"),
    ("wrong_tenant", lambda f: not f.right and f.foreign_source, lambda f: f"{f.foreign_source} belongs to another shop"),
    ("stale_document", lambda f: not f.right and f.stale_source, lambda f: f"{f.stale_source} is not in force on {f.day}"),
    ("retrieval_miss", lambda f: f.current and not f.found, lambda f: f"{f.current} was not found"),
    ("tool_error_swallowed", lambda f: f.tool_failed and not f.right, lambda f: f"{f.tool} failed: {f.tool_failed}"),
    ("truncated_context", lambda f: f.current and not f.right and not f.settled_in_prompt, lambda f: f"{f.current} is not whole in the prompt"),
    ("prompt_regression", lambda f: f.lost_rule, lambda f: f"{f.version} lacks the rule: {f.lost_rule}"),
    ("injection_followed", lambda f: f.obeys, lambda f: f"{f.obeys[0]} gives an order, and {f.obeys[1]} is in the answer"),
    ("mixed_entities", lambda f: not f.right and f.in_prompt_for_another, lambda f: f"{f.current} has another figure than {f.told}"),
    ("arithmetic", lambda f: f.rate_right and not f.total_right, lambda f: f"the total has to be {f.total:.2f}"),
    ("ignored_context", lambda f: True, lambda f: f"{f.current or f.tool or f.version} in the prompt, answer differs ({f.version})"),
]


def flag(trace):
    try:
        known = facts(trace)
        for cause, holds, say in ROWS:
            if holds(known):
                why = re.sub(r"\s+", " ", say(known))[:200] if say else "right, and in the right form"
                return {"bad": cause != "none", "cause": cause, "why": why}
    except Exception as error:  # a trace that the exporter broke must not stop the others
        return {"bad": False, "cause": "none", "why": f"unreadable: {type(error).__name__}"}
    raise AssertionError("the last row always holds")
