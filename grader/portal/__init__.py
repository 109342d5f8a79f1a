"""Hand-in: a candidate's link, what it says before anything starts, clocks, uploads, receipts.

Reading order: records (what an invitation is and how it stands), desk (everything that happens to one), taking (how a
file comes in and is kept), handout (what is downloaded). No page is in here, nothing is graded, and nothing here knows
what assessors say.
"""
