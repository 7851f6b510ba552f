"""What the acts of this room are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("papers.file", _("存入档案"))
declare("papers.add_version", _("存入文件"))
declare("papers.change", _("修改档案登记"))
declare("papers.withdraw", _("撤下档案"))
declare("papers.look", _("查阅档案"))
declare("papers.keep_kind", _("维护档案种类"))
declare("papers.ask_loan", _("申请借阅"))
declare("papers.decide_loan", _("审批借阅"))
declare("papers.hand_over", _("交付档案"))
declare("papers.take_back", _("收回档案"))
declare("papers.report_lost", _("登记档案遗失"))
declare("papers.cancel_loan", _("取消借阅"))
declare("papers.begin_stocktaking", _("开始盘点"))
declare("papers.mark_line", _("逐份盘点"))
declare("papers.close_stocktaking", _("结束盘点"))
declare("papers.print_card", _("打印客户档案卡"))
