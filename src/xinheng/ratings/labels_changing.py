"""What the acts that move grades are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("ratings.bring_into_force", _("评级生效"))
declare("ratings.bring_part_into_force", _("批量评级生效"))
declare("ratings.let_pass", _("等级随时间变动"))
declare("ratings.revoke", _("撤销等级"))
declare("ratings.thaw", _("解除冻结"))
declare("ratings.put_right", _("投诉成立, 更正等级"))
declare("ratings.happened", _("事件影响等级"))
declare("ratings.ask_override", _("申请人工调整等级"))
declare("ratings.override", _("人工调整等级"))
declare("ratings.refuse_override", _("不批准人工调整"))
declare("ratings.end_override", _("撤回人工调整"))
declare("ratings.receive_objection", _("登记异议"))
declare("ratings.review_objection", _("决定复核"))
declare("ratings.answer_objection", _("答复异议"))
declare("ratings.withdraw_objection", _("撤回异议"))
declare("ratings.ask_review", _("安排到期复评"))
declare("ratings.ask_look", _("安排定期检查"))
