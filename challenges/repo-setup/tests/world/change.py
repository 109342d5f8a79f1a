"""The second envelope: what headquarters wants from now on."""

# rps-canary-c7d90dd3-a8b1-44c0-a5bc-2e9fae89c0fa

from __future__ import annotations

import hashlib
import random
from itertools import product

from grader_kit import stream

from world.draw import VERSIONS, Repo, cost, solutions
from world.kinds import (
    KIND,
    Form,
    clear,
    conflict,
    cut,
    dead,
    elsewhere,
    from_older,
    letters_lost,
    made_and_not_recorded,
    missing,
    no_text,
    not_there,
    plant,
    returns_in_hook,
    turned,
    unset,
)

LETTER = """\
From headquarters, to whoever sets depots up.

From now on a repository may hold conf/target.toml. Where it does, it counts over conf/site.toml and docs/; where it does not, all is as before.

1. [ports]: ours are first, first + step, first + 2 * step ... up to last, the two ends as in site.toml. `released` lists reserved ports that
   are free for us again. A setting's port that is one of ours and free still stays as it is; else it is now the HIGHEST that is ours and free.
2. [mirror]: there are no wheels in wheelhouse/ any more, only ADVISORIES.csv. They lie in snapshots, folders below `folder` that are named by
   their day. Take the newest snapshot that is whole: all that its SHA256SUMS lists is there and is what it says. Never mix two; a newer one
   that is not whole is no defect of the depot and stands in no diagnosis. WHEELS in conf/local.env says which it is. Nothing is copied.
3. [review]: `eur` is what a changed pin costs now. Packages in `urgent` are read at once: to change their pin costs nothing.
"""


def changed(repo: Repo, rng: random.Random) -> Repo:
    """The same repository after the change."""
    facts = repo.facts
    step = rng.choice((2, 3))
    released = sorted(rng.sample(facts["reserved"], rng.choice((1, 2))))
    ours = [facts["first"] + at for at in range(0, 12, step)]
    ours = [port for port in ours if port not in set(facts["reserved"]) - set(released)]
    repo.busy = sorted({ours[-1], *repo.busy} if rng.random() < 0.7 else repo.busy)
    free = [port for port in ours if port not in repo.busy]
    set_to = int(repo.settings()["PORT"])
    facts["port"] = set_to if set_to in free else free[-1]
    urgent = rng.sample(facts["wheels"]["names"], 1)
    _mirror(repo, rng)
    eur = rng.choice((15, 45, 90))
    facts["wheels"] |= {"review": eur, "urgent": urgent}
    repo.put(
        "conf/target.toml",
        f'# headquarters\n[ports]\nstep = {step}\nreleased = {released}\n\n[mirror]\nfolder = "mirror"\n\n[review]\neur = {eur}\nurgent = {urgent}\n'.replace(
            "'", '"'
        ),
    )
    return repo


def _mirror(repo: Repo, rng: random.Random) -> None:
    wheels = repo.facts["wheels"]
    all_wheels = {path: content for path, (_, content) in repo.files.items() if path.endswith(".whl")}
    for path in (*all_wheels, "wheelhouse/SHA256SUMS"):
        del repo.files[path]
    for _ in range(50):
        gone = {(name, version) for name, version in product(wheels["names"], VERSIONS) if rng.random() < 0.3}
        if solutions(wheels | {"gone": gone}):
            break
    else:
        raise LookupError("no snapshot would do")
    wheels["gone"] = gone
    days = sorted(rng.sample([f"2026-{month:02d}-{day:02d}" for month in (1, 2, 3) for day in range(1, 29)], 4))
    torn = rng.choice(("short", "other"))
    for day, kept in zip(days, (0.6, 1.0, 1.0, 1.0), strict=True):
        names = {path[11:]: content for path, content in all_wheels.items() if rng.random() < kept}
        if day == days[1]:
            names = {name: content for name, content in names.items() if tuple(name.split("-")[:2]) not in gone}
        sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in names.items())
        repo.put(f"mirror/{day}/SHA256SUMS", sums)
        if day > days[1]:
            victim = rng.choice(sorted(names))
            names[victim] = names[victim][:60]
            if torn == "short" or day == days[2]:
                del names[victim]
        for name, content in names.items():
            repo.put(f"mirror/{day}/{name}", content)
    repo.facts["snapshot"] = f"mirror/{days[1]}"


BESIDE = (
    (conflict, turned, returns_in_hook, cut),
    (elsewhere, letters_lost, no_text),
    (missing, from_older, dead),
    (unset, not_there, made_and_not_recorded),
)
"""What else is broken in the repositories after the change; the first keeps its port, the others get another."""


def changed_repos(seed: object) -> list[Repo]:
    """Repositories after the change, with few defects beside."""
    return [_drawn(seed, at, forms) for at, forms in enumerate(BESIDE)]


def _drawn(seed: object, at: int, forms: tuple[Form, ...]) -> Repo:
    """One in which the change decides: by the port, and by which wheels there still are."""
    rng = stream(seed, "changed", at)
    for again in range(400):
        try:
            repo = changed(plant(f"{seed}:changed:{at}:{again}", [(KIND[one], one) for one in forms]), rng)
        except LookupError:  # no port is left, or no set of versions
            continue
        wheels, before = repo.facts["wheels"], repo.facts.get("before", repo.facts["pins"])
        stays = repo.settings()["PORT"] == str(repo.facts["port"])
        sets = sorted(solutions(wheels), key=lambda each: cost(wheels, each, before))
        moved = sets[0] != tuple(before.get(name) for name in wheels["names"])
        if len(sets) > 2 and clear(wheels, before) and stays == (at == 0) and (moved or at == 3):
            return repo
    raise RuntimeError(f"no repository after the change for {seed}")
