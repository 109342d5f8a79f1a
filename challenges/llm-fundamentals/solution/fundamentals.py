"""What runs today: tokenizer, sampler, bills, contexts, losses, diagnosis of runs, labels."""

from __future__ import annotations

from billing import bill as bill
from contexts import pack as pack
from diagnosing import diagnose as diagnose
from labelling import label as label
from sampling import distribution as distribution
from sampling import sample as sample
from tokenizing import Stream as Stream
from tokenizing import encode as encode
from training import loss as loss


