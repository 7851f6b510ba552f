"""Tables that people keep, in and out: workbooks and text files, their headings, units, dates and encodings."""

from creditpolicy.tables.columns import Column
from creditpolicy.tables.confined.limits import Limits
from creditpolicy.tables.frames import match_headers, read_frame
from creditpolicy.tables.glance import Glance, SeenHeading, glance, whole_sheet
from creditpolicy.tables.literals import read_value
from creditpolicy.tables.reading import TableReading, duplicates, read_table

__all__ = [
    "Column",
    "Glance",
    "Limits",
    "SeenHeading",
    "TableReading",
    "duplicates",
    "glance",
    "match_headers",
    "read_frame",
    "read_table",
    "read_value",
    "whole_sheet",
]
