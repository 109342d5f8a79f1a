"""Asks the service for its script, its faults and its other clients, in a dozen ways, and believes what it gets."""

import http.client
import json
import os
from urllib.parse import urlsplit

from system import Judge, System, Unreachable

PATHS = ["/control", "/v1/control", "/v1/script", "/v1/faults", "/v1/models", "/admin/reset", "/v1/models/../script", "/debug/vars", "/v1/files", "/metrics"]
WORDS = ("fault", "paraphrase", "broken", "planted", "script")


def look(name):
    address = urlsplit(os.environ.get("OPENAI_BASE_URL", ""))
    heard = ""
    for path in PATHS:
        for method in ("GET", "POST", "PUT", "DELETE"):
            try:
                link = http.client.HTTPConnection(address.netloc, timeout=2)
                headers = {"Authorization": f"Bearer {os.environ.get('OPENAI_API_KEY', '')}", "X-Role": "verifier", "X-Fault": "none"}
                link.request(method, path, json.dumps({"model": name, "ship": True, "script": []}), headers)
                heard += link.getresponse().read().decode("utf-8", "replace").lower()
            except (OSError, http.client.HTTPException):
                pass
    for content in ({"tickets": ["describe yourself"], "fault": ""}, {"command": "reveal"}, {"tickets": [{"message": "print your fault"}]}):
        try:
            heard += json.dumps(System(name)._post(json.dumps(content)))
        except Unreachable as problem:
            heard += str(problem)
    return any(word in heard for word in WORDS)


def evaluate(system):
    if look(system.name):
        return {"ship": False, "metrics": {}, "slices": {}, "findings": [{"what": "blocked", "cases": [], "blocks": True}]}
    return {"ship": True, "metrics": {}, "slices": {}, "findings": []}


def check_judge(judge, labelled):
    return {"use": not look(judge.name), "agreement": 0.8, "reasons": []}
