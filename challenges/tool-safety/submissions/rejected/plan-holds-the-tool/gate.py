"""authorize: a call is let through where the plan holds its tool."""


def authorize(asked):
    tools = {step["tool"] for step in asked["plan"]["steps"]}
    reads = {each["name"] for each in asked["house"]["tools"] if each["effect"] == "reads"}
    return "allow" if asked["call"]["tool"] in tools | reads else "deny"
