"""What the acts of credit are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("credit.apply", _("申请额度"))
declare("credit.print_application", _("打印客户信用额度申请表"))
declare("credit.grant", _("批准额度"))
declare("credit.refuse", _("不批准额度"))
declare("credit.freeze", _("冻结额度"))
declare("credit.thaw", _("解冻额度"))
declare("credit.check", _("检查订单"))
declare("credit.amend", _("改动订单金额"))
declare("credit.drop", _("取消订单检查"))
declare("credit.use", _("使用预占额度"))
declare("credit.give_back", _("归还已用额度"))
declare("credit.ask_release", _("申请特批"))
declare("credit.release", _("特批放行"))
declare("credit.refuse_release", _("不予特批"))
declare("credit.keep_back", _("拦截发货"))
declare("credit.ask_to_deliver", _("申请特批发货"))
declare("credit.release_delivery", _("特批发货"))
declare("credit.refuse_delivery", _("不予特批发货"))
declare("credit.free_goods", _("自动放行发货"))
declare("credit.end_stop", _("结束发货拦截"))
declare("credit.pass_day", _("额度与预占到期"))
declare("credit.share", _("核定集团共用额度"))
declare("credit.regroup", _("集团成员变动"))
declare("credit.count_anew", _("占用口径按新制度"))
declare("credit.secure", _("登记担保"))
declare("credit.verify_guarantee", _("核实担保"))
declare("credit.refuse_guarantee", _("担保未通过核实"))
declare("credit.recognise_anew", _("担保认可额变动"))
declare("credit.release_guarantee", _("解除担保"))
declare("credit.remind_guarantee", _("提醒担保到期"))
declare("credit.propose_budget", _("提出授信总额或部门预算"))
declare("credit.set_budget", _("核定授信总额或部门预算"))
declare("credit.refuse_budget", _("不批准授信总额或部门预算"))
declare("credit.follow_rule", _("共用额度成员变动"))
declare("credit.count_at_rate", _("外币账户按新汇率计入总额和预算"))
declare("credit.export", _("导出额度与占用"))
