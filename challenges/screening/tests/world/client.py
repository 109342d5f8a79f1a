"""Small tasks with a client of a flaky local service: what it does next, from what happened so far.

A question is a history that was cut off somewhere; the service is drawn with it. So nobody reads the future, and nothing
is timed.
"""

# scr-canary-5e0b7c94-1d2f-4c86-9a37-6f80d1b2e7a5

from __future__ import annotations

from world.frame import Template

BUSY = (500, 502, 503)


class Pages(Template):
    id, title = "cli-pages", "Reading all pages"
    text = """`question["history"]` is what a client has seen, oldest first: replies `{"page", "status", "rows", "next"}` (status 200 or another) and `{"waited": s}`. Answer with
what it does next: `{"do": "get", "page": p}` (page 1 first, then each reply's `next`), `{"do": "wait", "s": s}` after a failed reply (1 s, and twice as long after each further
failure of the same page), or `{"do": "done", "rows": n}` with the rows of all pages. After waiting, the page is tried again. No page is fetched again once it was had."""
    follow = 'After the fourth failure of one page, the client does not wait any more but answers `{"do": "give_up"}`.'

    def make(self, rng, odd):
        history, pages, page = [], rng.randint(3, 5), 1
        for _ in range(rng.randint(1, 6)):
            for fail in range(rng.choice((0, 0, 1, 2, 4))):
                reply = {"page": page, "status": rng.choice(BUSY)}
                if "common" in odd and rng.random() < 0.6:
                    reply = {"page": page, "status": 429, "after": rng.choice((3, 7, 11))}
                if "rare" in odd and rng.random() < 0.6:
                    reply = {"page": page, "status": 200, "rows": None, "next": page + 1}
                history += [reply, {"waited": 2**fail}]
            last = page >= pages
            again = page - 1 if "deep" in odd and page > 1 and rng.random() < 0.5 else page + 1
            history.append({"page": page, "status": 200, "rows": rng.randint(1, 40), "next": None if last else again})
            if last or again < page:
                break
            page += 1
        return {"history": history[: rng.randint(1, len(history))] if rng.random() < 0.7 else history}

    def solve(self, q, k):
        rows, had, fails, page = 0, set(), 0, 1
        todo = {"do": "get", "page": 1}
        for event in q["history"]:
            if "waited" in event:
                todo = {"do": "get", "page": page}
            elif event["status"] != 200 or (k.rare and event["rows"] is None):
                fails += 1
                wait = event["after"] if k.common and "after" in event else 2 ** (fails - 1)
                todo = {"do": "wait", "s": wait}
                if k.follow and fails >= 4:
                    todo = {"do": "give_up"}
            else:
                rows, fails = rows + (event["rows"] or 0), 0
                had.add(event["page"])
                page = event["next"]
                over = page is None or (k.deep and page in had)
                todo = {"do": "done", "rows": rows} if over else {"do": "get", "page": page}
        return todo


class Jobs(Template):
    id, title = "cli-jobs", "Waiting for a job"
    text = """`question` has `poll` (s) and `history`: `{"did": "submit" | "look" | "find" | "wait"}` with the `state` that came back (`queued`, `running`, `done`, `failed`, `lost`: no reply came;
a `find` brings `none` or a state). Answer with what the client does next: `submit` at the beginning; after `queued` or `running` `{"do": "wait", "s": poll}`, and after waiting `look`;
`stop` after `done` or `failed`; after a lost reply, what was done is done again. `find` asks whether a job of ours is there. A job that is submitted twice is paid twice."""
    follow = 'After more than 60 s of waiting in all, the client does not wait any more: it answers `{"do": "cancel"}`.'

    def make(self, rng, odd):
        history, poll = [], rng.randint(3, 24)
        if "deep" in odd:
            history = [{"did": "submit", "state": "lost"}]
            if rng.random() < 0.5:
                history.append({"did": "find", "state": rng.choice(("none", "queued", "running"))})
            return {"poll": poll, "history": history}
        history.append({"did": "submit", "state": "queued"})
        for _ in range(rng.randint(1, 6)):
            state = {"state": rng.choice(("queued", "running"))}
            if "rare" in odd:
                state["eta"] = rng.choice((2, 3, 30))
            history += [{"did": "wait", "s": poll}, {"did": "look", **state}]
            if rng.random() < 0.2:
                history[-1] = {"did": "look", "state": "lost"}
        if "common" in odd:
            history.append({"did": "look", "state": "failed", "again": True})
        elif rng.random() < 0.4:
            history.append({"did": "look", "state": rng.choice(("done", "failed"))})
        elif rng.random() < 0.3:
            history.append({"did": "wait", "s": poll})
        return {"poll": poll, "history": history}

    def solve(self, q, k):
        if not q["history"]:
            return {"do": "submit"}
        last, waited = q["history"][-1], sum(event.get("s", 0) for event in q["history"])
        state = last.get("state")
        if last["did"] == "wait":
            return {"do": "look"}
        if state == "lost":
            return {"do": "find"} if k.deep and last["did"] == "submit" else {"do": last["did"]}
        if state == "none":
            return {"do": "submit"}
        if state in ("queued", "running"):
            wait = last["eta"] if k.rare and "eta" in last else q["poll"]
            return {"do": "cancel"} if k.follow and waited > 60 else {"do": "wait", "s": wait}
        return {"do": "submit"} if k.common and last.get("again") else {"do": "stop"}


class Tokens(Template):
    id, title = "cli-login", "Calls with a token"
    text = """`question` has `calls`, names to be called one after the other, `now` (s) and `history`: `{"did": "login", "at": s, "lasts": s}` and `{"did": name, "at": s, "status": n}`. Answer with
what the client does next: `{"do": "login"}` where it never did or a call was answered 401, then that call again; `{"do": "call", "name": …}` for the first call that had no 200 yet;
`{"do": "stop"}` when all had. A token holds for `lasts` seconds from its login; a call that is bound to fail is not made."""
    follow = "The calls are now to be made from the last name to the first."

    def make(self, rng, odd):
        calls, at, history = rng.sample(("list", "read", "mark", "send"), 3), rng.randint(0, 50), []
        lasts = rng.choice((60, 120)) if "deep" in odd else 900
        history.append({"did": "login", "at": at, "lasts": lasts})
        for name in calls[: rng.randint(0, 3)]:
            at += rng.randint(1, 20)
            history.append({"did": name, "at": at, "status": rng.choice((200, 200, 503))})
            if history[-1]["status"] == 503:
                break
        odds = {"common": 403, "rare": 401}
        left = [
            name
            for name in calls
            if {"did": name, "status": 200} not in [{k: e.get(k) for k in ("did", "status")} for e in history]
        ]
        for name, status in odds.items():
            if name in odd and left:
                if name == "rare":
                    history.append({"did": "login", "at": at + 1, "lasts": lasts})
                history.append({"did": left[0], "at": at + 2, "status": status})
        if not odd and left and rng.random() < 0.3:
            history.append({"did": left[0], "at": at + 2, "status": 401})
        return {
            "calls": calls,
            "now": at + (rng.randint(40, 160) if "deep" in odd else rng.choice((3, 9, 860))),
            "history": history,
        }

    def solve(self, q, k):
        login, done, before, todo = None, set(), None, None
        for event in q["history"]:
            todo = None
            if event["did"] == "login":
                login = event
            elif event["status"] == 200:
                done.add(event["did"])
            elif event["status"] == 403 and k.common:  # forbidden stays forbidden
                todo = {"do": "stop"}
            elif event["status"] == 401:
                todo = {"do": "stop"} if k.rare and before is login else {"do": "login"}
            before = event
        left = [name for name in q["calls"] if name not in done]
        if todo or not left:
            return todo or {"do": "stop"}
        old = k.deep and login is not None and q["now"] >= login["at"] + login["lasts"]
        return {"do": "login"} if login is None or old else {"do": "call", "name": left[-1 if k.follow else 0]}


class Chunks(Template):
    id, title = "cli-chunks", "A file in pieces"
    text = """`question` has `size`, `chunk` and `history`: replies `{"begin", "got", "tag", "status"}`, `got` bytes from `begin` on, of the file with that tag. Answer with what the client does next:
`{"do": "get", "begin": b, "end": e}`, the next `chunk` bytes (fewer at the end of the file), the same piece again where the status was not 206, or `{"do": "done"}`.
All pieces have to be of one file; the tag is that of the file as it is now."""
    follow = "After a reply that failed, the piece that is asked for is half as long (rounded down, at least 8 bytes), and longer again only after one that came."

    def make(self, rng, odd):
        size, chunk, at, tag, history = rng.randint(120, 400), rng.choice((32, 48, 64)), 0, rng.choice("abc"), []
        for _ in range(rng.randint(1, 5)):
            if at >= size:
                break
            status = 206 if rng.random() < 0.75 else 503
            got = min(chunk, size - at) if status == 206 else 0
            got = rng.randint(1, got) if "common" in odd and got else got
            if "rare" in odd and rng.random() < 0.5 and got:
                got = 0
            if "deep" in odd and rng.random() < 0.5 and at:
                tag = rng.choice("defg")
            history.append({"begin": at, "got": got, "tag": tag if status == 206 else "", "status": status})
            at += got
        return {"size": size, "chunk": chunk, "history": history}

    def solve(self, q, k):
        at, tag, chunk, idle = 0, None, q["chunk"], False
        for event in q["history"]:
            idle = event["status"] == 206 and event["got"] == 0
            if event["status"] != 206:
                chunk = max(8, chunk // 2) if k.follow else chunk
                continue
            chunk = q["chunk"]
            at = event["begin"] + (
                event["got"] if k.common else min(q["chunk"], q["size"] - event["begin"]) if event["got"] else 0
            )
            if k.deep and tag not in (None, event["tag"]):  # what was had is of another file
                at = event["got"] if event["begin"] == 0 else 0
            tag = event["tag"]
        if at >= q["size"]:
            return {"do": "done"}
        if k.rare and idle:
            return {"do": "wait", "s": 1}
        return {"do": "get", "begin": at, "end": min(at + chunk, q["size"])}


class Mirrors(Template):
    id, title = "cli-mirrors", "Several mirrors"
    text = """`question` has `mirrors` and `history`: replies `{"mirror", "status", "version", "ms"}`. A client looks for news. Answer with what it does next: `{"do": "ask", "mirror": m}`, the first one at the
beginning, after a failed reply (status not 200) the next one in turn, after the last the first; `{"do": "done", "version": v}` after a good one. Nobody is told older news than they had before, and the history
may be of several such looks: `{"look": n}` begins each, at the first mirror."""
    follow = (
        "A look begins at the mirror whose last good reply was the quickest (`ms`), the first one where there is none."
    )

    def make(self, rng, odd):
        mirrors, history, newest = rng.sample(("north", "south", "east", "west"), 3), [], rng.randint(3, 9)
        for look in range(1, rng.randint(2, 4)):
            history.append({"look": look})
            for at in range(rng.randint(1, 4)):
                failed = rng.random() < 0.5
                reply = {"mirror": mirrors[at % 3], "status": rng.choice(BUSY) if failed else 200}
                if not failed:
                    newest += rng.randint(0, 2)
                    reply |= {"version": newest, "ms": rng.randint(10, 400)}
                    if "deep" in odd and rng.random() < 0.5:
                        reply["version"] = newest - rng.randint(1, 3)
                if "rare" in odd and rng.random() < 0.4:
                    reply = {"mirror": mirrors[at % 3], "status": 404}
                if "common" in odd and rng.random() < 0.5:
                    reply = {"mirror": mirrors[at % 3], "status": 410}
                history.append(reply)
                if reply["status"] in (200, 404):
                    break
        if rng.random() < 0.3:
            history.append({"look": 9})
        return {"mirrors": mirrors, "history": history}

    def solve(self, q, k):
        mirrors, gone, newest, quick, todo = q["mirrors"], set(), 0, {}, None
        for event in q["history"]:
            if "look" in event:
                left = [m for m in mirrors if m not in gone] or mirrors
                best = min((m for m in left if m in quick), key=lambda m: quick[m], default=left[0])
                asked = best if k.follow else left[0]
                todo = {"do": "ask", "mirror": asked}
                continue
            asked = event["mirror"]
            good = event["status"] == 200 and not (k.deep and event["version"] < newest)
            if k.common and event["status"] == 410:  # a mirror that is gone is not asked again
                gone.add(asked)
            if good:
                newest = max(newest, event["version"])
                quick[asked] = event["ms"]
                todo = {"do": "done", "version": event["version"]}
            elif k.rare and event["status"] == 404:
                todo = {"do": "done", "version": None}
            else:
                turn = mirrors[mirrors.index(asked) + 1 :] + mirrors[: mirrors.index(asked) + 1]
                todo = {"do": "ask", "mirror": next((m for m in turn if m not in gone), turn[0])}
        return todo


ALL = (Pages(), Jobs(), Tokens(), Chunks(), Mirrors())
