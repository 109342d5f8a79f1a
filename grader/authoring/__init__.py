"""What authors of challenges use: write a pack, hold it to its promises, look into its container.

Reading order: entries (what a pack promises about its submissions), runs (submissions against the hidden tests), check
(the list of promises).
"""
