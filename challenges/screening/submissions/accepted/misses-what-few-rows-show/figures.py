def tokens(question, later):
    price, total = question["price"], 0
    for call in question["calls"]:
        reply = call["reply"] if call["ok"] else 0
        reply = max(0, reply - 50) if later else reply
        total += (call["prompt"] - call["cached"]) * price["prompt"] + call["cached"] * price["cached"] + reply * price["reply"]
    return total


def means(question, later):
    legs = question["legs"]
    km = [leg["km"] for leg in legs]
    minutes = [leg["minutes"] if "minutes" in leg else 60 * far / leg["kmh"] for leg, far in zip(legs, km)]
    total = sum(minutes) + sum(leg.get("delay", 0) for leg in legs) + (2 * (len(legs) - 1) if later else 0)
    return round(60 * sum(km) / total, 1) if total > 0 else 0
