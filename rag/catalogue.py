"""The controlled words of catalogue rows, shared by the reader of files and the planner."""

from __future__ import annotations

CATEGORIES = (
    "meal", "snack", "cafe", "dessert", "drink", "walk", "nature", "animals", "museum", "show", "music", "film",
    "books", "craft", "class", "game", "sport", "market", "night", "volunteer", "home", "view", "wellness", "ride",
    "sight",
)  # fmt: skip
"""What a stop is. A `meal` is a sit-down meal and belongs at lunch or dinner time; a `sight` is an attraction."""

STAGES = ("getting_to_know", "first_date", "early", "dating", "long_term", "long_distance")
TIMES_OF_DAY = ("morning", "afternoon", "evening", "night")
