"""What acts on cases are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("ratings.open", _("发起评估"))
declare("ratings.cancel", _("取消评估"))
declare("ratings.score", _("填写评估表"))
declare("ratings.attach", _("附上评估依据"))
declare("ratings.detach", _("撤下评估依据"))
declare("ratings.submit", _("提交评估表"))
declare("ratings.withdraw", _("撤回评估"))
declare("ratings.mark_special", _("定为特殊客户"))
declare("ratings.agree", _("评估通过"))
declare("ratings.refuse", _("评估未批准"))
declare("ratings.end_publication", _("公示期满生效"))
declare("ratings.drop_publication", _("终止公示"))
declare("ratings.keep_documents", _("留存评估文件"))
declare("ratings.print", _("打印评估文件"))
declare("ratings.export_cases", _("导出评估清单"))
