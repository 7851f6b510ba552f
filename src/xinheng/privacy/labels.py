"""What the acts of this room are called."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("privacy.give_consent", _("登记同意"))
declare("privacy.withdraw_consent", _("登记撤回同意"))
declare("privacy.agree", _("登记保密协议"))
declare("privacy.end_agreement", _("终止保密协议"))
declare("privacy.share", _("对外提供个人信息"))
declare("privacy.receive_request", _("登记个人信息请求"))
declare("privacy.answer_request", _("答复个人信息请求"))
declare("privacy.export", _("导出个人信息"))
declare("privacy.propose_erasure", _("提请删除个人信息"))
declare("privacy.refuse_erasure", _("不批准删除个人信息"))
declare("privacy.erase", _("删除个人信息"))
declare("privacy.hold", _("设置法律保留"))
declare("privacy.release", _("解除法律保留"))
declare("privacy.keep_rule", _("维护保存期限"))
