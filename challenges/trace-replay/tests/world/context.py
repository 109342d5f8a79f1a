"""Faults of what the model was given: search that missed, documents not in force, another shop's, a prompt cut short."""

# trr-canary-2b91d7e4-6c05-4f3a-9e18-a47c3d5b80f6

from __future__ import annotations

from world import names
from world.prompts import UNKNOWN
from world.scene import Case, Scene

# ---------------------------------------------------------------------------------------------- retrieval_miss


def misread_product(s: Scene) -> Case:
    """The question is read as one about another product, and answered as such."""
    s.topic()
    right, other = s.document(), names.product(s.rng, s.taken)
    wrong = s.document(product=other)
    s.understand(product=other)
    s.search([wrong, s.document(product=other, matter=s.other_matter())])
    s.reply(wrong.value, wrong)
    return s.case("retrieval_miss", "misread product", right.id)


def nothing_found(s: Scene) -> Case:
    """The search finds nothing, and a figure is made up."""
    s.topic()
    right = s.document()
    s.understand()
    s.search([])
    s.reply(s.fresh())
    return s.case("retrieval_miss", "nothing found", right.id)


def neighbour(s: Scene) -> Case:
    """The question is read rightly, but only documents nearby are found, and one of them is used."""
    s.topic()
    right, near = s.document(), s.document(product=names.product(s.rng, s.taken))
    s.understand()
    s.search([near, s.document(matter=s.other_matter())])
    s.reply(near.value, near)
    return s.case("retrieval_miss", "neighbour", right.id, subtle=True)


def silent(s: Scene) -> Case:
    """The model says rightly that it was given nothing, while the shop has the document."""
    s.topic()
    right = s.document()
    s.understand()
    s.search(s.neighbours())
    s.draft(UNKNOWN)
    return s.case("retrieval_miss", "silent", right.id, subtle=True)


def misread_matter(s: Scene) -> Case:
    """The question is read as one about another matter of the product."""
    s.topic()
    right, matter = s.document(), s.other_matter()
    wrong = s.document(matter=matter)
    s.understand(matter=matter.key)
    s.search([wrong, s.document(matter=matter, product=names.product(s.rng, s.taken))])
    s.reply(wrong.value, wrong)
    return s.case("retrieval_miss", "misread matter", right.id, subtle=True)


# ---------------------------------------------------------------------------------------------- stale_document


def closed(s: Scene) -> Case:
    """The document used had come to its end."""
    s.topic()
    gap = s.rng.randrange(5, 90)
    old, new = s.document(since=long_ago(s), until=gap), s.document(since=gap - 1)
    s.understand()
    s.search([old, *s.neighbours(1)])
    s.reply(old.value, old)
    return s.case("stale_document", "closed", old.id, new.id)


def replaced(s: Scene) -> Case:
    """The document used is open, but another one in force replaces it."""
    s.topic()
    old = s.document(since=long_ago(s))
    new = s.document(since=s.rng.randrange(0, 90), replaces=old.id)
    s.understand()
    s.search([old, *s.neighbours(1)])
    s.reply(old.value, old)
    return s.case("stale_document", "replaced", old.id, new.id, subtle=True)


def future(s: Scene) -> Case:
    """The document used is not in force yet."""
    s.topic()
    start = s.rng.randrange(2, 30)
    now, later = s.document(since=long_ago(s), until=1 - start), s.document(since=-start)
    s.understand()
    s.search([later, *s.neighbours(1)])
    s.reply(later.value, later)
    return s.case("stale_document", "future", later.id, now.id, subtle=True)


def both_versions(s: Scene) -> Case:
    """Old and new are in the prompt, which shows no dates, and the old one is used."""
    s.topic()
    old = s.document(since=long_ago(s))
    new = s.document(since=s.rng.randrange(3, 90), replaces=old.id)
    s.understand()
    s.search([old, new, *s.neighbours(1)])
    s.reply(old.value, old)
    return s.case("stale_document", "both versions", old.id, subtle=True)


# ---------------------------------------------------------------------------------------------- wrong_tenant


def foreign_only(s: Scene) -> Case:
    """A search over all shops finds another shop's document."""
    s.topic()
    own, foreign = s.document(), s.document(shop=other_shop(s))
    s.understand()
    s.search([foreign, *s.neighbours(1)], filtered=False)
    s.reply(foreign.value, foreign)
    return s.case("wrong_tenant", "foreign only", foreign.id, foreign.shop, own.id)


def foreign_beside(s: Scene) -> Case:
    """Both shops' documents are in the prompt, which shows no shop, and the other shop's is used."""
    s.topic()
    own, foreign = s.document(), s.document(shop=other_shop(s))
    s.understand()
    s.search([own, foreign], filtered=s.rng.random() < 0.5)
    s.reply(foreign.value, foreign)
    return s.case("wrong_tenant", "foreign beside", foreign.id, foreign.shop, subtle=True)


def foreign_filtered(s: Scene) -> Case:
    """The filter was set, and another shop's document came through all the same."""
    s.topic()
    own, foreign = s.document(), s.document(shop=other_shop(s))
    s.understand()
    s.search([foreign, *s.neighbours(1)])
    s.reply(foreign.value, foreign)
    return s.case("wrong_tenant", "foreign filtered", foreign.id, foreign.shop, own.id, subtle=True)


def other_shop(s: Scene) -> str:
    return s.rng.choice([shop for shop in s.world.shops if shop != s.shop])


# ---------------------------------------------------------------------------------------------- truncated_context


def cut_rule(s: Scene) -> Case:
    """The passage ends before its figure, and one is made up."""
    s.topic()
    right = s.document(by_plan=False)
    s.understand()
    s.search([*s.neighbours(1), right], shuffle=False)
    cut(s, " ".join(right.lead) + " " + right.rules[0].split(" ")[0] + " …")
    s.reply(s.fresh(), right)
    return s.case("truncated_context", "cut rule", right.id)


def cut_plan(s: Scene) -> Case:
    """The passage ends before the user's plan comes, and the general figure is given."""
    s.topic()
    right = s.document(by_plan=True)
    s.understand()
    s.search([*s.neighbours(1), right], shuffle=False)
    cut(s, " ".join((*right.lead, *right.rules[:-1])))
    s.reply(right.general, right)
    return s.case("truncated_context", "cut plan", right.id, subtle=True)


def left_out(s: Scene) -> Case:
    """The right passage was found, last, and did not fit; the model says that it has nothing."""
    s.topic()
    right = s.document()
    s.understand()
    s.search([*s.neighbours(), right], shuffle=False)
    s.shown = s.shown[:-1]
    s.budget = sum(len(text) for _, text in s.shown) + s.rng.randrange(10, 60)
    s.draft(UNKNOWN)
    return s.case("truncated_context", "left out", right.id, subtle=True)


def long_ago(s: Scene) -> int:
    """Days since a document came that has a successor."""
    return s.rng.randrange(120, 600)


def cut(s: Scene, last: str) -> None:
    """The last passage in the prompt is only `last`."""
    s.shown = [*s.shown[:-1], (s.shown[-1][0], last)]
    s.budget = sum(len(text) for _, text in s.shown)
