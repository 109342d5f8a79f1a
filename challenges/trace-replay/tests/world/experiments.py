"""The catalogue of experiments: what each costs, what it does, and which causes it could prove wrong."""

# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6

from __future__ import annotations

from dataclasses import dataclass

FAULTS = (
    "retrieval_miss", "stale_document", "wrong_tenant", "truncated_context", "ignored_context", "mixed_entities",
    "arithmetic", "injection_followed", "cache_mixup", "tool_error_swallowed", "prompt_regression",
    "schema_repair_loop",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """`falsifies`: the causes that one of its outcomes would prove wrong."""

    id: str
    minutes: int
    does: str
    falsifies: tuple[str, ...] = ()


CATALOGUE = (
    Experiment(id="ask_the_model", minutes=1, does="Show the model its answer and ask why it gave it."),
    Experiment(id="read_more_traces", minutes=2, does="Read twenty more traces of the same shop and day."),
    Experiment(
        id="bypass_cache", minutes=3, falsifies=("cache_mixup",),
        does="Send the same request for the same user once more, with the cache switched off.",
    ),
    Experiment(
        id="first_draft", minutes=3, falsifies=("schema_repair_loop",),
        does="Take the first draft of the trace as the answer, and grade its content.",
    ),
    Experiment(
        id="give_the_sum", minutes=3, falsifies=("arithmetic",),
        does="Run the saved prompt with one line more, which gives the total, worked out by a program.",
    ),
    Experiment(
        id="drop_orders", minutes=3, falsifies=("injection_followed",),
        does="Run the saved prompt without the sentences in passages and tool results that address the model.",
    ),
    Experiment(
        id="no_cut", minutes=3, falsifies=("truncated_context",),
        does="Run the same passages, each in full, in a prompt without a budget.",
    ),
    Experiment(
        id="settling_sentence_only", minutes=4, falsifies=("mixed_entities",),
        does="Run the saved prompt with its passages cut down to the one sentence, among those already there, that settles the question.",
    ),
    Experiment(
        id="drop_unfit_passages", minutes=4, falsifies=("stale_document", "wrong_tenant"),
        does="Run the saved prompt without the passages that are another shop's or not in force on the day.",
    ),
    Experiment(
        id="call_tool_again", minutes=4, falsifies=("tool_error_swallowed",),
        does="Call the tool by hand until it answers in full, put that result into the saved prompt, and run it.",
    ),
    Experiment(
        id="last_full_prompt", minutes=4, falsifies=("prompt_regression",),
        does="Run the same passages and tool results under the last version of the prompt that had all the rules.",
    ),
    Experiment(
        id="search_wider", minutes=5, falsifies=("retrieval_miss",),
        does="Search again for the audit's product and matter, take fifty passages, and run a new prompt with what was found.",
    ),
    Experiment(
        id="right_document", minutes=7,
        falsifies=("retrieval_miss", "stale_document", "wrong_tenant", "truncated_context"),
        does="Run the saved prompt with the audit's document in force, in full, in place of the passages.",
    ),
    Experiment(
        id="stronger_model", minutes=8, falsifies=("ignored_context", "mixed_entities", "arithmetic"),
        does="Run the saved prompt, to the letter, ten times through a stronger model.",
    ),
    Experiment(
        id="two_readers", minutes=10, falsifies=("none",),
        does="Have two people, apart from each other, hold the answer against documents, tool results and house rules.",
    ),
    Experiment(
        id="repaired_staging", minutes=45, falsifies=FAULTS,
        does="Repair the step that you blame in a staging copy, and send the whole request through it again.",
    ),
)  # fmt: skip


def credit(cause: str, experiment: str) -> float:
    """1 for the cheapest experiment that could prove `cause` wrong, less for a dearer one in proportion, 0 for one that
    could not."""
    able = {each.id: each.minutes for each in CATALOGUE if cause in each.falsifies}
    return min(able.values()) / able[experiment] if experiment in able else 0.0
