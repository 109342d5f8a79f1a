"""The sampler."""

from __future__ import annotations

import math


def distribution(asked, order="kptm", cap=3, ties=True, ptop=False):
    """`order` of top_k, top_p, temperature, min_p; `cap`: a repeated token counts at most so often; `ties`: top_k keeps all that equal the last;
    `ptop`: top_p, too."""
    s = asked["settings"]
    x = {at: float(v) for at, v in enumerate(asked["logits"]) if v is not None}
    recent = asked["history"][-s["window"] :] if s["window"] > 0 else []
    for token in set(recent) & set(x):
        factor = s["repetition"] ** min(cap, recent.count(token))
        x[token] = x[token] / factor if x[token] > 0 else x[token] * factor
    if s["temperature"] == 0:
        top = max(x.values())
        same = [at for at in x if x[at] == top]
        return [1 / len(same) if at in same else 0.0 for at in range(len(asked["logits"]))]
    for step in order:
        ranked = sorted(x, key=lambda at: (-x[at], at))
        if step == "t":
            x = {at: v / s["temperature"] for at, v in x.items()}
        elif step == "k" and 0 < s["top_k"] < len(ranked):
            least = x[ranked[s["top_k"] - 1]]
            x = {at: x[at] for at in ranked if x[at] >= least} if ties else {at: x[at] for at in ranked[: s["top_k"]]}
        elif step == "p" and s["top_p"] < 1:
            p = soft(x)
            kept, reached = [], 0.0
            for at in ranked:
                if reached >= s["top_p"] - 1e-12 and not (ptop and x[at] == x[kept[-1]]):
                    break
                kept.append(at)
                reached += p[at]
            x = {at: x[at] for at in kept}
        elif step == "m" and s["min_p"] > 0:
            top = x[ranked[0]]
            x = {at: v for at, v in x.items() if math.exp(v - top) >= s["min_p"] * (1 - 1e-12)}
    p = soft(x)
    return [p.get(at, 0.0) for at in range(len(asked["logits"]))]


def soft(x):
    top = max(x.values())
    e = {at: math.exp(v - top) for at, v in x.items()}
    total = math.fsum(e.values())
    return {at: v / total for at, v in e.items()}
