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
