"""What people say about submissions, as levels: how it is written down, read and checked.

Reading order: sheet (one person's words on one submission), places (evidence that is looked up in the work), file (a
sheet as CSV), table (ratings of many, as CSV), items (what is rated for a calibration), labels (people's levels on
those), labelling (asking people for them). Nothing here knows who else rates.
"""
