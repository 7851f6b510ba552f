"""What the room's acts are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("ledger.enter_order", _("录入订单"))
declare("ledger.enter_delivery", _("录入交付单"))
declare("ledger.give_up", _("取消订单余量"))
declare("ledger.reverse_order", _("冲销订单"))
declare("ledger.reverse_delivery", _("冲销交付单"))
declare("ledger.enter_invoice", _("录入发票"))
declare("ledger.enter_receipt", _("录入收款"))
declare("ledger.use_prepayment", _("预收款核销"))
declare("ledger.set_off", _("红字发票冲抵"))
declare("ledger.undo_allocation", _("取消核销"))
declare("ledger.reverse_receipt", _("冲销收款"))
declare("ledger.reverse_invoice", _("作废发票"))
declare("ledger.dispute_invoice", _("登记发票争议"))
declare("ledger.end_dispute", _("结束发票争议"))
declare("ledger.report_incident", _("登记事件"))
declare("ledger.export_overdue", _("导出逾期发票"))
declare("ledger.enter_contract", _("录入合同"))
declare("ledger.end_contract", _("终止合同"))
declare("ledger.reverse_contract", _("作废合同"))
declare("ledger.lease_out", _("登记出租"))
declare("ledger.take_back", _("登记归还"))
declare("ledger.reverse_lease", _("作废出租登记"))
declare("ledger.ask_refund", _("申请退款"))
declare("ledger.decide_refund", _("退款办结"))
declare("ledger.add_company", _("增加本方公司"))
declare("ledger.rename_company", _("更改本方公司名称"))
declare("ledger.end_company", _("停用本方公司"))
declare("ledger.set_rate", _("录入汇率"))
declare("ledger.reverse_rate", _("作废汇率"))
declare("ledger.export_receivables", _("导出应收账龄"))
declare("ledger.make_statement", _("编制对账单"))
declare("ledger.send_statement", _("发出对账单"))
declare("ledger.withdraw_statement", _("撤回对账单"))
declare("ledger.answer_statement", _("客户答复对账单"))
declare("ledger.clear_difference", _("处理对账异议"))
declare("ledger.print_statement", _("打印对账单"))
