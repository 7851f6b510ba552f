"""What is stored of ratings: cases, what each role scored, the records of calculations, and the grade in force."""

from __future__ import annotations

from xinheng.ratings.models.cases import Assessment, Evidence, Score
from xinheng.ratings.models.moving import Happening, Position
from xinheng.ratings.models.objections import Objection
from xinheng.ratings.models.records import Batch, Rating, Refused
from xinheng.ratings.models.standings import Cause, Override, Standing, Waiting
from xinheng.ratings.models.visible import Visible

__all__ = [
    "Assessment",
    "Batch",
    "Cause",
    "Evidence",
    "Happening",
    "Objection",
    "Override",
    "Position",
    "Rating",
    "Refused",
    "Score",
    "Standing",
    "Visible",
    "Waiting",
]
