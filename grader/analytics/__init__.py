"""What became of candidates, in figures that are honest about few: `grade analyse`.

`figures/` is pure arithmetic. A report is a file of its own: records in, a `Report` out, whose rows, notes and charts
`text`, `page` and the command show. Nothing here decides about anybody, and nothing shows a group of under ten.
"""
