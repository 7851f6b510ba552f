"""The second reading of a policy, in plain Python: for single ratings, and held against the SQL by the tests."""

from creditpolicy.plain.rating import PlainReading, Rated, grade_by_points, portfolio_of
from creditpolicy.plain.reading import Portfolio, Reading, Row, half_up, reading_of

__all__ = [
    "PlainReading",
    "Portfolio",
    "Rated",
    "Reading",
    "Row",
    "grade_by_points",
    "half_up",
    "portfolio_of",
    "reading_of",
]
