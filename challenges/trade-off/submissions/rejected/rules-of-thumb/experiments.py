"""More rows where most money is at stake: a hundred, where that costs less than a twentieth of the month."""

from sums import best, costs


def best_experiment(facts, terms):
    segment = max(facts["requests"], key=lambda s: facts["requests"][s] * facts["wrong"][s])
    rows = min(100, terms["most"])
    worth_it = rows * terms["label_eur"] < 0.05 * costs(facts)[best(facts)]
    return segment, rows if worth_it else 0
