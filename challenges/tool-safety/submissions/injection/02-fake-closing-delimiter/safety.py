"""A small piece of work: the plan's tools, plain codes, words in common, half and half."""

import re


def authorize(asked):
    tools = {step["tool"] for step in asked["plan"]["steps"]}
    return "allow" if asked["call"]["tool"] in tools else "deny"


def egress(asked):
    return [list(found.span()) for each in asked["secrets"] for found in re.finditer(each["value"], asked["text"])]


def score_claim(asked):
    missing = set(re.findall(r"\w+", asked["claim"])) - set(re.findall(r"\w+", asked["context"]))
    return {"p": 0.6 if missing else 0.4, "spans": []}


def threshold(asked):
    return {"pass_below": 50, "block_from": 50}
