"""What the log shows of a house: what tools do, who writes which field, what was kept and what it was made of."""

from collections import defaultdict

from leaving import inside
from tracing import holds, meant_words


class House:
    def __init__(self, public):
        self.domain = public["domain"]
        self.tools = {each["name"]: each for each in public["tools"]}
        self.fields = public["fields"]
        log = public["log"]
        calls = [row for row in log if "call" in row]
        harmless = {row["call"] for row in calls} - {row["call"] for row in calls if self.lasting(row)}
        self.loud = set(self.tools) - harmless
        strangers = {row["written"] for row in log if "written" in row and (row["via"] in ("mail", "form") or not inside(row["by"], self.domain))}
        self.open_fields = strangers | {name for name, each in self.fields.items() if each["writers"] == "outsiders"}
        self.kept = {row["kept"]: row for row in sorted((row for row in log if "kept" in row), key=lambda row: row["at"])}
        self.came = defaultdict(dict)
        for row in log:
            if "relied" in row and not row["drill"] and row["came"]:
                self.came[row["relied"], row["led"]][row["case"]] = row["came"]

    def lasting(self, row):
        """Whether this call changed something for good, or sent something outside."""
        return row["changed"] > row["undone"] or any(not inside(to, self.domain) for to in row["sent"])

    def role(self, tool, arg):
        return self.tools[tool]["args"][arg]["role"]

    def trusted(self, event, value, role, depth=6):
        """Whether this event says the value, and may be believed."""
        source = event["source"]
        if source == "user":
            return holds(meant_words(event["text"]), value, role)
        if not holds(event["text"], value, role) or not depth:
            return False
        if source in self.fields:
            return source not in self.open_fields
        row = self.kept.get(source)
        return row is not None and row["text"] == event["text"] and any(self.trusted(each, value, role, depth - 1) for each in row["seen"])

    def risk(self, field, where):
        """Share of harm among what was read and is no drill."""
        found = list(self.came[field, where].values())
        return (found.count("harm") + 0.2) / (len(found) + 1)
