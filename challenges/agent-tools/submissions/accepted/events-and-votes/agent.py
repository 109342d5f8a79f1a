"""The state of a case is the list of what happened; everything else is worked out from it, each time.

No package is used: the model is asked over plain HTTP. It is asked for its reading until two readings agree.
"""
import json
import os
import re
import time
import urllib.error
import urllib.request
from datetime import date

from live import as_described

AGREE, MOST_READINGS, MOST_HTTP = 2, 5, 6
THRESHOLD = 0.09
AGAIN = {"timeout", "unavailable", "rate_limited"}
WRITES = {"refund": "refund", "cancel": "cancel_order"}


@as_described
def step(turn):
    history = list(turn["state"] or [])
    event = turn["event"]
    if event["type"] == "message":
        reading = vote([entry["text"] for entry in history if entry["kind"] == "said"] + [strip(event["text"])])
        history.append({"kind": "said", "text": strip(event["text"]), "reading": reading})
    else:
        history.append({"kind": "got", "ok": event["ok"], "content": event.get("content"), "error": event.get("error")})
    action = decide(turn["case"], history)
    if action["type"] == "tool":
        history.append({"kind": "did", "action": action})
    else:
        history.append({"kind": "told", "outcome": action["outcome"]})
    return {"state": history, "action": action}


def strip(text):
    return re.sub(r"(?m)^\s*>.*$", "", text)


# ---- the model


def vote(texts):
    """A reading that two answers agree on; None where there is none."""
    seen = {}
    for number in range(MOST_READINGS):
        try:
            reading = sound(json.loads(ask(texts, number)), "\n".join(texts))
        except Unreachable:
            return None
        except (ValueError, KeyError, TypeError):
            continue
        key = json.dumps(reading, sort_keys=True)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] == AGREE:
            return reading
    return json.loads(max(seen, key=seen.get)) if seen else None


class Unreachable(Exception):
    pass


def ask(texts, number):
    body = {
        "model": os.environ["OPENAI_MODEL"],
        "temperature": 0,
        "response_format": {"type": "json_object"},
        "messages": [{"role": "system", "content": "Answer with your reading of the last message, as JSON."}]
        + [{"role": "user", "content": text} for text in texts],
    }
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"] + "/chat/completions",
        data=json.dumps(body).encode(),
        headers={"authorization": "Bearer " + os.environ["OPENAI_API_KEY"], "content-type": "application/json"},
    )
    for attempt in range(MOST_HTTP):
        try:
            with urllib.request.urlopen(request, timeout=4) as answer:
                return json.load(answer)["choices"][0]["message"]["content"] or ""
        except urllib.error.HTTPError as problem:
            if problem.code not in (429, 500, 503):
                raise Unreachable from problem
            pause = float(problem.headers.get("retry-after-ms") or 100 * 2**attempt) / 1000
            time.sleep(min(pause, 2.0) + 0.01)
        except (OSError, ValueError) as problem:
            raise Unreachable from problem
    raise Unreachable


def sound(reading, text):
    """Only what is well formed and stands in the customer's own words."""
    wishes = []
    for request in reading["requests"]:
        intent, order, cents = request["intent"], request["order_id"], request["amount_cents"]
        if intent not in ("refund", "cancel", "track") or not (order is None or order in text):
            raise ValueError
        if cents is not None and not any(f"{cents // 100}{mark}{cents % 100:02}" in text for mark in ".,"):
            raise ValueError
        wishes.append({"intent": intent, "order": order, "cents": cents})
    risk = {kind: float(reading["risk"][kind]) for kind in ("legal", "person")}
    return {"wishes": wishes, "mail": bool(reading["email_wanted"]), "risk": risk}


# ---- what follows from what happened


def decide(case, history):
    start = max(at for at, entry in enumerate(history) if entry["kind"] == "said")
    number = sum(entry["kind"] == "said" for entry in history)
    reading = history[start]["reading"]
    if reading is None:
        return escalate(case, number, "model_failure", "The model gave no usable answer.")
    for kind, chance in reading["risk"].items():
        if chance >= THRESHOLD:
            return escalate(case, number, kind, f"Reading: {chance:.2f} for {kind}.")
    done = exchanges(history[start:])
    last = done[-1] if done else None
    if last and not last["ok"] and last["error"]["code"] in AGAIN:
        tries = 0
        for exchange in reversed(done):
            if exchange["action"]["arguments"] != last["action"]["arguments"] or exchange["ok"]:
                break
            tries += 1
        if tries >= 3:
            return escalate(case, number, "tool_failure", f"{last['action']['tool']}: three attempts, state unknown.")
        return {**last["action"], "wait": last["error"]["retry_after"] or 0}
    spent = sum(e["action"]["arguments"]["amount_cents"] for e in exchanges(history) if e["ok"] and e["action"]["tool"] == "refund")
    fates = []
    for at, wish in enumerate(reading["wishes"]):
        fate, action = pursue(case, wish, done, spent, lambda tool, arguments, at=at: write(case, number, at, tool, arguments))
        if action == "over_limit":
            return escalate(case, number, "over_limit", f"{wish['order']}: would exceed the limit of the case.")
        if action:
            return action
        fates.append(fate)
    mailed = [e for e in done if e["action"]["tool"] == "send_email"]
    if reading["mail"] and "kept" in fates and not mailed:
        mail = {"to": case["customer"]["email"], "subject": "Your request", "body": f"Your request in case {case['id']} was carried out."}
        return write(case, number, 99, "send_email", mail)
    return tell(fates)


def exchanges(entries):
    """Calls with what came of them, in order."""
    found, open_call = [], None
    for entry in entries:
        if entry["kind"] == "did":
            open_call = entry["action"]
        elif entry["kind"] == "got" and open_call:
            found.append({"action": open_call, "ok": entry["ok"], "content": entry["content"], "error": entry["error"]})
    return found


def outcome_of(done, tool, **arguments):
    for exchange in reversed(done):
        action = exchange["action"]
        if action["tool"] == tool and all(action["arguments"].get(k) == v for k, v in arguments.items()):
            return exchange
    return None


def pursue(case, wish, done, spent, write_call):
    """(fate, next action) of one wish; one of them is None."""
    order = wish["order"]
    if order is None:
        listed = outcome_of(done, "find_orders")
        if listed is None:
            return None, read("find_orders", {"email": case["customer"]["email"]})
        ids = listed["content"]["order_ids"] if listed["ok"] else []
        if len(ids) != 1:
            return "unclear", None
        order = ids[0]
    seen = outcome_of(done, "get_order", order_id=order)
    if seen is None:
        return None, read("get_order", {"order_id": order})
    if not seen["ok"] or seen["content"]["customer_id"] != case["customer"]["id"]:
        return "broken", None
    if wish["intent"] == "track":
        return "kept", None
    tool = WRITES[wish["intent"]]
    tried = outcome_of(done, tool, order_id=order)
    if tried:
        return ("kept" if tried["ok"] else "broken"), None
    content, arguments = seen["content"], {"order_id": order}
    if tool == "cancel_order":
        return (None, write_call(tool, arguments)) if content["status"] == "processing" else ("broken", None)
    left = content["total_cents"] - content["refunded_cents"]
    cents = wish["cents"] or left
    days = (date.fromisoformat(case["today"]) - date.fromisoformat(content["delivered_on"] or "1970-01-01")).days
    if content["status"] != "delivered" or days > case["policy"]["return_days"] or not 0 < cents <= left:
        return "broken", None
    if spent + cents > case["policy"]["refund_limit_cents"]:
        return None, "over_limit"
    return None, write_call(tool, {**arguments, "amount_cents": cents, "reason": "customer asked for it"})


def read(tool, arguments):
    return {"type": "tool", "tool": tool, "arguments": arguments}


def write(case, number, at, tool, arguments):
    return {**read(tool, arguments), "idempotency_key": f"{case['id']}:{number}:{at}:{tool}"}


def escalate(case, number, reason, summary):
    return write(case, number, "x", "escalate", {"reason": reason, "summary": summary})


def tell(fates):
    if not fates or "unclear" in fates:
        return {"type": "reply", "text": "Please tell me the number of the order.", "outcome": "question"}
    outcome = "done" if "broken" not in fates else "partly" if "kept" in fates else "refused"
    text = {"done": "It has been done.", "partly": "A part of it has been done.", "refused": "I am sorry, this is not possible."}
    return {"type": "reply", "text": text[outcome], "outcome": outcome}
