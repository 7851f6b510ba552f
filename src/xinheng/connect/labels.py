"""What the room's acts are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("connect.issue_token", _("发放接口令牌"))
declare("connect.revoke_token", _("停用接口令牌"))
declare("connect.read_customers", _("经接口读取客户"))
declare("connect.read_by_command", _("命令行读取客户评级"))
declare("connect.push_facts", _("经接口写入资料"))
declare("connect.subscribe", _("建立事件通知"))
declare("connect.edit_webhook", _("修改事件通知"))
declare("connect.renew_secret", _("更换签名密钥"))
declare("connect.pause_webhook", _("暂停事件通知"))
declare("connect.resume_webhook", _("恢复事件通知"))
declare("connect.end_webhook", _("停用事件通知"))
declare("connect.break_webhook", _("事件通知失败过多, 停发"))
declare("connect.test_webhook", _("测试事件通知"))
declare("connect.resend", _("重发事件通知"))
declare("connect.clear_deliveries", _("清除旧的通知记录"))
