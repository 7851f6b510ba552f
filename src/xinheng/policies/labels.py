"""What the acts of this room are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("policies.draft", _("起草制度"))
declare("policies.edit", _("修改制度草案"))
declare("policies.discard", _("放弃制度草案"))
declare("policies.submit", _("提交制度审批"))
declare("policies.send_back", _("制度退回为草案"))
declare("policies.approve", _("制度获批准"))
declare("policies.publish", _("发布制度"))
declare("policies.make_main", _("指定主评级制度"))
declare("policies.comment", _("对制度提意见"))
declare("policies.call_meeting", _("召集制度讨论会"))
declare("policies.answer", _("答复制度意见"))
declare("policies.remind", _("催阅制度"))
declare("policies.try", _("试算制度"))
declare("policies.finish_trial", _("试算完成"))
declare("policies.export_trial", _("导出试算结果"))
declare("policies.look_at_example", _("以客户为例看制度条款"))
