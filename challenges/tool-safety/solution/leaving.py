"""egress: what is cut from a text before it leaves."""

from hidden_codes import find, seen


def inside(address, domain):
    host = address.lower().rpartition("@")[2]
    return host == domain or host.endswith("." + domain)


def egress(asked):
    if inside(asked["to"], asked["domain"]):
        return []
    spans = []
    for secret in asked["secrets"]:
        owners = {each.lower() for each in secret["owner"]}
        if secret["state"] != "live" or asked["to"].lower() in owners:
            continue
        spans += find(asked["text"], secret["value"]) or rest_of(asked["text"], asked["sent"], secret["value"])
    return [list(span) for span in sorted(set(spans))]


def rest_of(text, sent, code):
    """The end of a code whose beginning was sent before."""
    wanted, _ = seen(code)
    before = seen(" ".join(sent))[0]
    for size in range(len(wanted) - 3, 2, -1):
        if wanted[:size] in before:
            found = find(text, wanted[size:], 1)
            if found:
                return found
    return []
