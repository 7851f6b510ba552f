"""Why a workbook is not read: a code and its particulars, for the parent to put into words."""

from __future__ import annotations


class Refused(Exception):
    """The file cannot be read, or may not be."""

    def __init__(self, code: str, **detail: str | int) -> None:
        self.code = code
        self.detail = detail
        super().__init__(code)
