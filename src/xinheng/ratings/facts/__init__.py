"""Where each fact of a policy comes from for a customer on a day: dealings, statements, the archive card, earlier cases."""

from xinheng.ratings.facts.gathering import Gathered, facts_of, gather, table_of
from xinheng.ratings.facts.known import Known, Told, entered, told_words

__all__ = ["Gathered", "Known", "Told", "entered", "facts_of", "gather", "table_of", "told_words"]
