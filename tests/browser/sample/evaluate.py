"""Score triage() on the public tickets, half of them held out."""

import random
from collections import Counter

from triage import triage

random.seed(7)


def split(tickets):
    random.shuffle(tickets)
    half = len(tickets) // 2
    return tickets[:half], tickets[half:]


def by_queue(tickets):
    hits, seen = Counter(), Counter()
    for ticket in tickets:
        seen[ticket["queue"]] += 1
        hits[ticket["queue"]] += triage(ticket)["queue"] == ticket["queue"]
    return {queue: hits[queue] / seen[queue] for queue in seen}
