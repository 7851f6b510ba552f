"""Policies edited: a change put into the text with the rest untouched, and the scorecard as a workbook, out and in again."""

from creditpolicy.editing.applying import apply_workbook
from creditpolicy.editing.patch import Entries, Fields, New, patched
from creditpolicy.editing.writing import scorecard_workbook

__all__ = ["Entries", "Fields", "New", "apply_workbook", "patched", "scorecard_workbook"]
