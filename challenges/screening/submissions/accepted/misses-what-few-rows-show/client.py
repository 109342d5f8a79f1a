def login(question, later):
    history = question["history"]
    if history and history[-1].get("status") == 403:
        return {"do": "stop"}
    if history and history[-1].get("status") == 401:
        return {"do": "login"}
    had = {event["did"] for event in history if event.get("status") == 200}
    left = [name for name in question["calls"] if name not in had]
    if not left:
        return {"do": "stop"}
    logins = [event for event in history if event["did"] == "login"]
    if not logins or question["now"] >= logins[-1]["at"] + logins[-1]["lasts"]:
        return {"do": "login"}
    return {"do": "call", "name": left[-1] if later else left[0]}
