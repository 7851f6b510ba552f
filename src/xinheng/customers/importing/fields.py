"""The columns of a workbook of customers: basics, papers, contact, address, account, and every field of the card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from django.db.models import Choices
from django.utils import translation
from django.utils.translation import gettext as _

from creditpolicy.model import Kind as CellKind
from creditpolicy.tables import Column
from xinheng.customers.card import all_fields
from xinheng.customers.models import IdentityKind, Kind, Nature, Size
from xinheng.intake.targets import Field

CARD = "card_"
"""How the ids of columns for fields of the card begin."""
BASICS = ("name", "kind", "nature", "size", "staff", "turnover_yuan", "assets_yuan", "is_partner", "remarks")
"""Columns that are basics of the file itself, as `edit_customer` knows them."""


def words(choices: type[Choices]) -> dict[str, str]:
    """Give what may be written for each value: its label in the reader's language, and in Chinese."""
    return _words(choices, translation.get_language())


@lru_cache(60)
def _words(choices: type[Choices], _language: str) -> dict[str, str]:
    found = {str(label): str(value) for value, label in choices.choices}
    with translation.override("zh-hans"):
        found |= {str(label): str(value) for value, label in choices.choices}
    return found


def fields() -> list[Field]:
    """Give the columns, in the order of the template."""
    return [*_basics(), *_people(), *_card()]


def _column(id: str, label: str, *aliases: str, kind: CellKind = CellKind.TEXT, **rest: object) -> Column:
    return Column(id, tuple(dict.fromkeys((label, *aliases))), kind, **rest)  # type: ignore[arg-type]


def _choice(id: str, label: str, choices: Iterable[str], *aliases: str) -> Column:
    return Column(id, tuple(dict.fromkeys((label, *aliases))), CellKind.CHOICE, choices=tuple(choices))


def _basics() -> Sequence[Field]:
    return [
        Field(
            _column("number", _("客户编号"), "客户编号", "客户编码", "客户代码", "编号", kind=CellKind.ID),
            _("已有的客户填上编号, 就按编号更新; 新客户可以留空, 由系统编号。"),
            (_("示例-{number}").format(number=1), _("示例-{number}").format(number=2)),
        ),
        Field(
            _column("name", _("名称"), "名称", "客户名称", "客户全称", "企业名称", "公司名称", "单位名称", "姓名", required=True),
            _("证照上的全称; 个人填姓名。"),
            ("甬江样例机械有限公司", "张样例"),
        ),
        Field(
            _choice("kind", _("类别"), words(Kind), "类别", "客户类别", "客户类型"),
            _("法律上是什么。"),
            (str(Kind.ENTERPRISE.label), str(Kind.PERSON.label)),
            must=True,
        ),
        Field(
            _column("identity", _("证件号码"), "证件号码", "统一社会信用代码", "信用代码", "税号", "身份证号", kind=CellKind.ID),
            _("单位填统一社会信用代码, 个人填居民身份证号。加密保存; 导入后仍须另一人核实。"),
        ),
        Field(_choice("identity_kind", _("证件种类"), words(IdentityKind), "证件种类", "证件类型"), _("不填就按类别和位数判断。")),
        Field(
            _column("department", _("归属部门"), "归属部门", "部门", "所属部门", kind=CellKind.TEXT),
            _("部门的名称或编号; 新客户不填就归导入人的部门。"),
        ),
        Field(_column("owner", _("业务员"), "业务员", "客户经理"), _("姓名或登录名; 有同名的填登录名。")),
        Field(_choice("nature", _("性质"), words(Nature), "性质", "客户性质")),
        Field(_choice("size", _("企业规模"), words(Size), "企业规模", "规模"), _("只有企业才填。")),
        Field(_column("staff", _("从业人员"), "从业人员", "职工人数", kind=CellKind.COUNT)),
        Field(_column("turnover_yuan", _("营业收入"), "营业收入", "年营业额", kind=CellKind.AMOUNT, scale=2, unit="元")),
        Field(_column("assets_yuan", _("资产总额"), "资产总额", "总资产", kind=CellKind.AMOUNT, scale=2, unit="元")),
        Field(_column("is_partner", _("合作伙伴"), "合作伙伴", kind=CellKind.FLAG)),
        Field(_column("remarks", _("备注"), "备注")),
    ]  # fmt: skip


def _people() -> Sequence[Field]:
    return [
        Field(
            _column("contact", _("联系人"), "联系人", "联系人姓名"), _("个人客户可以不填, 就是本人。"), ("李样例", "")
        ),
        Field(_column("contact_duty", _("联系人职务"), "联系人职务")),
        Field(
            _column("contact_phone", _("联系电话"), "联系电话", "电话", "手机", "手机号码", kind=CellKind.ID),
            _("手机 11 位, 座机带区号。加密保存。"),
        ),
        Field(_column("contact_email", _("联系邮箱"), "联系邮箱", "邮箱", "电子邮箱")),
        Field(_column("address", _("地址"), "地址", "联系地址", "注册地址", "通讯地址"), _("单位是注册地址, 个人是住址。")),
        Field(_column("bank", _("开户行"), "开户行", "开户银行")),
        Field(_column("account", _("银行账号"), "银行账号", "账号", "银行卡号", kind=CellKind.ID), _("户名就是客户名称。加密保存。")),
        Field(_column("as_of", _("资料截至"), "资料截至", "截至日期", kind=CellKind.DATE), _("档案卡反映的是哪一天; 不填就是当天。")),
    ]  # fmt: skip


def _card() -> Sequence[Field]:
    found, taken = [], {label for field in (*_basics(), *_people()) for label in field.column.labels}
    for field in all_fields().values():
        column = field.column()
        labels = tuple(label for label in column.labels if label not in taken)
        if labels:
            taken.update(labels)
            found.append(Field(replace(column, id=CARD + column.id, labels=labels), str(field.help)))
    return found
