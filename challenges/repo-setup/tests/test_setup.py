# rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa
from __future__ import annotations

import pytest
from played import f1, kept, mended, spoilt
from support import regret


@pytest.mark.points(30, group="mended")
def test_what_is_broken_works_afterwards(played, metric):
    """What is broken works afterwards, and what was sound still does"""
    plays = played.broken()
    by_kind = mended(plays)
    share = sum(sum(each) / len(each) for each in by_kind.values()) / len(by_kind)
    lost, sound = spoilt(plays)
    metric("mended", max(0.0, share - 2 * lost / sound), floor=0.6, target=0.99)
    assert any(any(each) for each in by_kind.values()), f"Nothing works afterwards. {plays[0].ended.errors[-200:]}"
    print(
        f"not mended: {', '.join(sorted(kind for kind, each in by_kind.items() if not all(each))) or 'nothing'}; {lost} of {sound} sound parts spoilt"
    )


@pytest.mark.points(10, group="mended")
def test_nothing_is_lost_that_nobody_can_enter_again(played, metric):
    """Jobs, stock and prices entered by hand, texts and records are still there"""
    still, all_of_them = kept(played.broken())
    metric("kept", still / all_of_them, floor=0.75, target=1.0)
    print(f"{still} of {all_of_them} are still there and can be shown")


@pytest.mark.points(10, group="again")
def test_a_second_set_up_and_one_after_a_wipe_work(played, metric):
    """A second set-up changes nothing, and one after a wipe makes all anew"""
    plays = played.broken()
    again = [
        ok and before
        for play in plays
        if play.again
        for ok, before in zip(play.again.parts.values(), play.tried.parts.values(), strict=True)
    ]
    fresh = [ok for play in plays if play.fresh for part, ok in play.fresh.parts.items() if part != "spool"]
    metric("again", sum(again) / len(again) * sum(fresh) / len(fresh), floor=0.7, target=0.98)
    print(
        f"{again.count(False)} of {len(again)} parts do not work after a second set-up, {fresh.count(False)} of {len(fresh)} after a wipe"
    )


@pytest.mark.points(6, group="packages")
def test_the_pins_are_the_cheapest_that_go_together(played, metric):
    """The pins go together, and cost what the cheapest such set costs"""
    lost = [regret(play.repo, play.ended) for play in played.broken() if "packages" in play.repo.facts["parts"]]
    left = [regret(play.repo, play.ended) for play in played.broken() if "packages" not in play.repo.facts["parts"]]
    good = sum(each is not None and each <= 0.02 for each in lost) / len(lost)
    same = sum(each is not None and each <= 0.02 for each in left) / len(left)
    metric("cheapest", good * same, floor=0.25, target=1.0)
    print(f"{good:.0%} of the sets that had to change are the cheapest, {same:.0%} of those that had not")


@pytest.mark.points(16, group="diagnosis")
def test_the_diagnosis_names_what_is_broken_and_where(played, metric):
    """The diagnosis names each defect and its place, and nothing else"""
    value = f1(played.broken())
    metric("f1", value, floor=0.7, target=0.99)
    print(f"F1 of the diagnoses {value:.2f}")
