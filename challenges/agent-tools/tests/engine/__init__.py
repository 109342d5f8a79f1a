"""The desk around an agent: the tools' backend, the model's conduct, and what carries a case from turn to turn.

The starter holds a copy of this package: a candidate works against the same desk that grades them, with other cases.
"""
