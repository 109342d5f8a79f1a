"""Words of the dossiers. The last of each pool is never in the starter."""

# tof-canary-8c1e55d0-93b7-4a42-b6f4-0f2d7ce9a163

from __future__ import annotations

OPTIONS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Hazel", "Juniper", "Linden", "Maple", "Rowan", "Spruce",
           "Willow", "Yew", "Osier", "Tamarack")  # fmt: skip
SEGMENTS = (
    "repairs",
    "invoices",
    "deposits",
    "moving",
    "heating",
    "parking",
    "keys",
    "noise",
    "lifts",
    "waste",
    "tenancy",
)
REGIONS = ("north", "east", "south", "west")
ABOUT = (
    "Recommended by two members of the board.",
    "Newest of the five; first in a public ranking of last month.",
    "Run by the same house as our telephones.",
    "The engineers' favourite for its tidy interface.",
    "Used by three of our competitors, it is said.",
    "Has won an award for customer service.",
    "The contract can be cancelled monthly, like all five.",
    "Its maker has moved into a larger office.",
    "Cheapest by its own brochure.",
)
NOTES = (
    "The lift in building 4 was renewed; visitors use the south entrance until May.",
    "A public ranking puts {0} eleven places above {1}; it was made with questions on law.",
    "The maker of {2} had a good quarter and will open an office in our town.",
    "Last year's satisfaction survey: 4.1 of 5, with 38 answers.",
    "The team's stand-up moves from 9:15 to 9:30.",
    "{1} will have a new logo; its interface stays as it is.",
    "In the canteen, {0} is thought to be the friendliest.",
    "Our parking area is being resurfaced in the month of the decision.",
)
