"""The desk around an agent: the tools' backend, the model's conduct, and what carries a case from turn to turn.

The hidden tests import these very files: a candidate works against the desk that grades them, with other cases, and with
tools that are described here and live ones, of which there is a log.
"""
