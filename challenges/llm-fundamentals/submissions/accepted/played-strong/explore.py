"""Which rule fits how many rows: python explore.py tokens | draws | bills."""
import itertools, json, math, sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from desk.__main__ import likely  # noqa: E402


def rows(name):
    return [json.loads(line) for line in (HERE / "data" / name).read_text("utf-8").splitlines()]


def tokens():
    import tok

    vocabs = {row["name"]: row["vocab"] for row in rows("vocabularies.jsonl")}
    new = [row for row in rows("encodings.jsonl") if row["build"] == 2]
    for tie, digits, caps, escape in itertools.product(("longest-first-rightmost", "longest-rightmost", "longest-leftmost", "longest-first-leftmost", "first-rightmost", "first-leftmost", "rightmost", "leftmost"), ("right", "left"), (2, 1, 3, 99), (True, False)):
        if (tie != "longest-first-rightmost") + (digits != "right") + (caps != 2) + (not escape) > 1:
            continue
        hit = sum(tok.encode_whole(tok.Table(vocabs[r["vocab"]], tie, digits, caps, escape), r["text"]) == r["ids"] for r in new)
        print(f"tie {tie}, digits from the {digits}, caps from {caps} letters, escape {escape}: {hit} of {len(new)}")


def stream():
    """Streams of random texts against the whole; and how many characters stand behind the end of what is out, in the mean."""
    import random

    import tok

    vocabs = {row["name"]: row["vocab"] for row in rows("vocabularies.jsonl")}
    rng, differ, count = random.Random(1), 0, 4000
    parts = "< | end |> \\ [end] <|end|> <|turn|> 12 345 00 SOL so s a Ba é Ж 🙂 <|tool|> KE \n _ solna daraa".split(" ") + [" ", "  ", " KE"]
    for _ in range(count):
        table = tok.Table(vocabs[rng.choice(sorted(vocabs))])
        text = "".join(rng.choice(parts) for _ in range(rng.randint(1, 12)))
        made, s, at = [], tok.Stream(None, table), 0
        while at < len(text):
            step = rng.randint(1, 3)
            made += s.feed(text[at : at + step])
            at += step
        differ += made + s.end() != tok.encode_whole(table, text)
    print(f"stream differs from the whole in {differ} of {count} random texts")


def draws():
    import smp

    new = [row for row in rows("draws.jsonl") if row["build"] == 2]
    base = dict(order="kptm", cap=3, ties=True, ptop=False)
    tries = [{}] + [{"cap": c} for c in (1, 2, 4, 5, 99)] + [{"order": o} for o in ("tkpm", "ktpm", "kpmt", "ptkm", "pktm", "kmpt", "kptm", "tpkm", "ptmk")] + [{"ties": False}, {"ptop": True}]
    for change in tries:
        how = {**base, **change}
        fit = [likely(smp.distribution(r, **how), r["counts"]) for r in new]
        ll = sum(c * math.log(max(p, 1e-12)) for r in new for p, c in zip(smp.distribution(r, **how), r["counts"]) if c)
        print(how, sum(fit), "of", len(fit), "log likelihood", round(ll, 1))


if __name__ == "__main__":
    {"tokens": tokens, "draws": draws, "stream": stream}[sys.argv[1]]()
