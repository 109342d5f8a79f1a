"""Prints the evidence of the report. Usage: python3 evidence.py NAME"""
import sys
FACTS = {
    "rounds": "round_ms = 19.4 + 2.6*running, above 83 % of memory x2.1 (n=360 rounds, R2=0.993)",
    "reuse": "prefix reused in 71 % of reads, saves 0.14 ms a token",
    "models": "accuracy on hard requests: claimed 0.70, measured 0.58; errors 4.7 %, hangs 3.9 %; gives up billed in 62 %",
    "cache": "precision by threshold: 0.55: 0.81  0.62: 0.94  0.75: 0.99; hits 61 %, 38 %, 12 %",
    "canary": "9 of 9 verdicts right, cost 0",
    "replay": "precision 1.00, recall 1.00 (31 of 31)",
    "envelope": "hits 41 -> 23 of 100 with apart; breaches 11 -> 2 with keep; promise kept in 93 % of episodes",
}
print(FACTS[sys.argv[1]] if sys.argv[1:] else "\n".join(f"{k}: {v}" for k, v in FACTS.items()))
