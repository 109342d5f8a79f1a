"""python robust.py: broken tickets get a valid reply."""
import triage as t
t.build([])
for x in [{}, None, {"body": 5}, {"body": None, "customer": 3}, {"subject": ["a"], "created_at": 7}, {"body": "\x00\ufffd" * 50}, {"body": "x" * 500000}, {"customer": {"products": [None, 3], "plan": {}}}, "text"]:
    print(str(x)[:40], t.triage(x))
