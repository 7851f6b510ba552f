"""What the room's acts are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("workflow.start", _("发起流程"))
declare("workflow.withdraw", _("撤回流程"))
declare("workflow.cancel", _("取消待办"))
declare("workflow.mark_special", _("定为特殊情况"))
declare("workflow.open", _("交办"))
declare("workflow.agree", _("同意"))
declare("workflow.refuse", _("不同意"))
declare("workflow.return", _("退回"))
declare("workflow.done", _("办结"))
declare("workflow.read", _("阅知"))
declare("workflow.skip", _("低风险跳过"))
declare("workflow.transfer", _("转办"))
declare("workflow.assign", _("指定办理人"))
declare("workflow.add_cosigner", _("加签"))
declare("workflow.copy", _("抄送"))
declare("workflow.remind", _("催办"))
declare("workflow.alarm", _("无人可办提醒"))
declare("workflow.readdress", _("改派"))
declare("workflow.escalate", _("逾期升级"))
declare("workflow.set_day", _("设定公司日历"))
declare("workflow.unset_day", _("删去公司日历"))
declare("workflow.map_role", _("对照制度角色"))
declare("workflow.unmap_role", _("删去角色对照"))
declare("workflow.call_meeting", _("召集会议"))
declare("workflow.minute_meeting", _("记录会议"))
declare("workflow.vote", _("会议表决"))
declare("workflow.close_meeting", _("结束会议"))
declare("workflow.cancel_meeting", _("取消会议"))
