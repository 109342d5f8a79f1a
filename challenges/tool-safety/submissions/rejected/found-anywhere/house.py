"""What the log shows of a house: what tools do, who writes which field, what was kept and what it was made of."""

from collections import defaultdict

from leaving import inside
from tracing import holds


class House:
    def __init__(self, public):
        self.domain = public["domain"]
        self.tools = {each["name"]: each for each in public["tools"]}
        self.fields = public["fields"]
        self.loud, self.open_fields = set(), {name for name, each in self.fields.items() if each["writers"] == "outsiders"}
        self.kept, self.came = {}, defaultdict(dict)
        called = set()
        for row in public["log"]:
            if "call" in row:
                called.add(row["call"])
                if row["changed"] > row["undone"] or not all(inside(to, self.domain) for to in row["sent"]):
                    self.loud.add(row["call"])
            elif "written" in row:
                if not inside(row["by"], self.domain) or row["via"] in {"form", "mail"}:
                    self.open_fields.add(row["written"])
            elif "kept" in row:
                if row["kept"] not in self.kept or self.kept[row["kept"]]["at"] < row["at"]:
                    self.kept[row["kept"]] = row
            elif not row["drill"] and row["came"] is not None:
                self.came[row["relied"], row["led"]][row["case"]] = row["came"]
        self.loud |= set(self.tools) - called

    def role(self, tool, arg):
        return self.tools[tool]["args"][arg]["role"]

    def trusted(self, event, value, role, depth=6):
        """Whether this event says the value, and may be believed."""
        source = event["source"]
        if source == "user":
            return holds(event["text"], value, role)
        if not holds(event["text"], value, role) or not depth:
            return False
        if source in self.fields:
            return source not in self.open_fields
        return True

    def risk(self, field, where):
        """Share of harm among what was read and is no drill."""
        found = list(self.came[field, where].values())
        return (found.count("harm") + 0.2) / (len(found) + 1)
