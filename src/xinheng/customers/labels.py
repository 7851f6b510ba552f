"""What the acts of this room are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

for _name, _label in {
    "register": _("登记客户"),
    "edit": _("修改客户资料"),
    "submit": _("提交建档"),
    "file": _("建档"),
    "assign": _("变更归属"),
    "set_parent": _("变更上级单位"),
    "add_alias": _("登记别名"),
    "drop_alias": _("删除别名"),
    "close": _("停用客户"),
    "reopen": _("恢复客户"),
    "merge": _("合并重复档案"),
    "merged_away": _("并入另一份档案"),
    "add_identity": _("登记证件"),
    "withdraw_identity": _("作废证件"),
    "verify": _("核实身份"),
    "show_identity": _("查看完整证件号码"),
    "add_value": _("填写档案卡"),
    "withdraw_value": _("撤回档案卡内容"),
    "settle": _("选定采用的内容"),
    "look_at_card": _("查看档案卡保密内容"),
    "keep_contact": _("维护联系人"),
    "keep_account": _("维护银行账户"),
    "keep_address": _("维护地址"),
    "keep_guarantor": _("维护担保"),
    "keep_related": _("维护关联方"),
    "end_held": _("停用一条资料"),
    "show_contact": _("查看完整电话"),
    "show_account": _("查看完整账号"),
    "save_statement": _("录入报表"),
    "submit_statement": _("提交报表"),
    "approve_statement": _("审核报表"),
    "withdraw_statement": _("作废报表"),
    "take_fields": _("从制度增加档案卡项目"),
    "retire_field": _("停用档案卡项目"),
}.items():
    declare(f"customers.{_name}", _label)
declare("customers.export", _("导出客户列表"))
declare("customers.file_imported", _("导入时建档"))
