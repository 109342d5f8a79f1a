import math
import re

NUMBER = r"(\d+(?:[.,]\d+)?)"


def spans(question, later):
    minutes = minutes_of(question["spent"].strip())
    return math.ceil(minutes / 15) * 15 if later else minutes


def minutes_of(text):
    if text.isdigit():  # a number alone is minutes
        return int(text)
    found = {unit: re.search(NUMBER + r"\s*" + unit, text) for unit in "hm"}
    hours, minutes = (float(each[1].replace(",", ".")) if each else 0 for each in found.values())
    return hours * 60 + minutes
