"""What can be done with papers: one function for each act, one transaction, one line in the record."""

from __future__ import annotations

from xinheng.papers.actions.filing import (
    Details,
    add_version,
    change_paper,
    erase_content,
    file_paper,
    keep_kind,
    open_version,
    withdraw_paper,
)
from xinheng.papers.actions.loans import (
    ask_loan,
    cancel_loan,
    decide_loan,
    hand_over,
    loan_finished_elsewhere,
    report_lost,
    take_back,
)
from xinheng.papers.actions.stocktaking import begin_stocktaking, close_stocktaking, mark_line

__all__ = [
    "Details",
    "add_version",
    "ask_loan",
    "begin_stocktaking",
    "cancel_loan",
    "change_paper",
    "close_stocktaking",
    "decide_loan",
    "erase_content",
    "file_paper",
    "hand_over",
    "keep_kind",
    "loan_finished_elsewhere",
    "mark_line",
    "open_version",
    "report_lost",
    "take_back",
    "withdraw_paper",
]
