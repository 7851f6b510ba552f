"""The closed vocabulary of the policy language in the reader's words: events, acts, channels and the like."""

from __future__ import annotations

from creditpolicy.language import _


def word(key: str, *, alone: bool = False) -> str:
    """Give a key of the language in words, with a capital where it stands `alone`; one that is not known as it is."""
    said = _words().get(key, key)
    first = said[:1].upper() if alone else said[:1].lower()
    return first + said[1:]


def _words() -> dict[str, str]:
    return {
        # rounding
        "down": _("向下"), "up": _("向上"), "half_up": _("四舍五入"),
        # exposure
        "open_orders": _("未交订单"), "delivered_not_invoiced": _("已交未开票"), "receivables": _("应收账款"),
        "overdue_receivables": _("逾期应收"), "bills": _("未到期票据"), "prepayments": _("预收款 (减)"),
        "deposits": _("押金 (减)"),
        # kinds of guarantees
        "deposit": _("保证金"), "surety": _("保证"), "mortgage": _("抵押"), "pledge": _("质押"),
        "insurance": _("信用保险"), "bank_guarantee": _("银行保函"),
        # strength of an order rule
        "remind": _("提醒"), "approve": _("须批准"), "block": _("禁止"),
        # when an order rule is asked
        "order": _("下单"),
        # events and what follows them
        "overdue": _("逾期"), "default": _("违约"), "lawsuit": _("诉讼"), "penalty": _("处罚"),
        "false_information": _("资料不实"), "worse_statements": _("报表恶化"), "dispute": _("争议"),
        "ownership_change": _("控制人变更"), "anomaly": _("经营异常"),
        "rerate": _("重评"), "lower": _("下调"), "revoke": _("撤销等级"), "freeze": _("冻结"),
        # review
        "first_order": _("首次订单"), "contract": _("签合同"), "delivery": _("发货"), "any_credit": _("任何赊销"),
        "rate": _("重新评级"), "monitor": _("检查"),
        # watching
        "notice": _("提示"), "warning": _("预警"), "alarm": _("警报"), "visit": _("上门"),
        "watch_list": _("列入观察名单"), "meeting": _("开会"), "report": _("报告"), "collect": _("催收"),
        # collection
        "message": _("短信"), "phone": _("电话"), "letter": _("函件"), "law": _("法律途径"),
        # access
        "criteria": _("评分标准"), "grade": _("等级"), "score": _("分数"), "reasons": _("理由"), "file": _("档案"),
        # governance
        "inspect": _("检查"), "audit": _("审计"), "meet": _("会议"), "train": _("培训"), "reward": _("奖励"),
    }  # fmt: skip
