"""打印: turns data into A4 forms as PDF, into letters as Word, and amounts into 人民币大写. Owns no tables."""

from __future__ import annotations

from xinheng.printing.capitals import rmb_capital
from xinheng.printing.pdfs import Printed, pdf
from xinheng.printing.words import word

__all__ = ["Printed", "pdf", "rmb_capital", "word"]
