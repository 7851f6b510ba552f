"""Workbooks out: the result of a rating, and the template that customers are entered in."""

from creditpolicy.workbooks.result_workbook import write_workbook
from creditpolicy.workbooks.template import write_template

__all__ = ["write_template", "write_workbook"]
