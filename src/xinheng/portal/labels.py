"""What the room's acts are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("portal.invite", _("邀请客户自助填报"))
declare("portal.renew_code", _("换发客户验证码"))
declare("portal.end_invitation", _("结束客户邀请"))
declare("portal.wrong_code", _("客户输错验证码"))
declare("portal.enter", _("客户进入自助页面"))
declare("portal.send", _("客户提交"))
declare("portal.decide", _("处理客户来件"))
declare("portal.look", _("查看客户来件"))
declare("portal.see_held", _("客户查看自己的信息"))
declare("portal.see_rating", _("客户查看自己的等级"))
declare("portal.tell", _("通知客户"))
declare("portal.print_letter", _("打印评级结果通知书"))
