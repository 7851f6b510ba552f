"""What the acts of credit are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("credit.apply", _("申请额度"))
declare("credit.grant", _("批准额度"))
declare("credit.refuse", _("不批准额度"))
declare("credit.freeze", _("冻结额度"))
declare("credit.thaw", _("解冻额度"))
declare("credit.check", _("检查订单"))
declare("credit.amend", _("改动订单金额"))
declare("credit.drop", _("取消订单检查"))
declare("credit.ask_release", _("申请特批"))
declare("credit.release", _("特批放行"))
declare("credit.refuse_release", _("不予特批"))
declare("credit.pass_day", _("额度与预占到期"))
declare("credit.share", _("核定集团共用额度"))
declare("credit.regroup", _("集团成员变动"))
declare("credit.count_anew", _("占用口径按新制度"))
