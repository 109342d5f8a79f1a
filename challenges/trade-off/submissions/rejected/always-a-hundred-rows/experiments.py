"""A hundred rows never hurt."""


def best_experiment(facts, terms):
    return max(facts["requests"], key=facts["requests"].get), min(100, terms["most"])
