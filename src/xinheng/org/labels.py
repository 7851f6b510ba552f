"""What the acts of the room are called in the record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xinheng.audit.acts import declare

declare("org.engage", _("建立账号"))
declare("org.change_person", _("变更人员资料"))
declare("org.deactivate", _("停用账号"))
declare("org.reactivate", _("重新启用账号"))
declare("org.reset_password", _("重置密码"))
declare("org.reset_second_factor", _("重置动态码"))
declare("org.appoint", _("任命角色"))
declare("org.end_appointment", _("免去角色"))
declare("org.delegate_role", _("委托角色"))
declare("org.end_delegation", _("结束委托"))
declare("org.open_department", _("设立部门"))
declare("org.change_department", _("变更部门"))
declare("org.close_department", _("撤销部门"))
declare("org.keep_apart", _("列入不相容职责"))
declare("org.let_together", _("移出不相容职责"))
declare("org.appoint_first_administrators", _("建立第一批管理员"))
declare("org.rescue_security_administrator", _("在服务器上恢复安全管理员的登录"))
declare("org.change_password", _("修改密码"))
declare("org.end_own_sessions", _("退出其他设备"))
declare("org.enter_as", _("进入演示"))
declare("org.sign_in", _("登录"))
declare("org.sign_out", _("退出"))
declare("org.sign_in_failed", _("登录失败"))
declare("org.session_over", _("登录到期"))
declare("org.change_second_factor", _("变更动态码"))
declare("org.second_factor_failed", _("动态码不对"))
declare("org.bind_outside_sign_in", _("绑定企业登录"))
declare("org.unbind_outside_sign_in", _("解除企业登录"))
