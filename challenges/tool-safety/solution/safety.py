"""What is handed in: four functions, each in a file of its own."""

from claiming import score_claim
from cutting import threshold
from gate import authorize
from leaving import egress

__all__ = ["authorize", "egress", "score_claim", "threshold"]
