"""From what is stored to the library's happenings and back: where customers stand, moved many at a time."""

from xinheng.ratings.changes.engine import OF_RATING, Entry, Result, move
from xinheng.ratings.changes.stored import folded_anew, happening_of, rules_of, version_for, where

__all__ = ["OF_RATING", "Entry", "Result", "folded_anew", "happening_of", "move", "rules_of", "version_for", "where"]
