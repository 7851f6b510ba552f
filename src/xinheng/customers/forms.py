"""Forms of customers' files; what a rule refuses is told by the act, not here."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xinheng.customers.card import Field
from xinheng.customers.models import (
    Address,
    Alias,
    Customer,
    Guarantor,
    Kind,
    Method,
    Nature,
    Outcome,
    RelatedParty,
    Size,
    Source,
    Trust,
    ValueKind,
)
from xinheng.customers.numbers import kinds_for
from xinheng.customers.sizes import Industry
from xinheng.org.models import Department, Person
from xinheng.org.queries import people_in_role
from xinheng.org.roles import FIELD


def _area(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def departments_of(person: Person) -> Any:
    """Give the departments in whose name a person takes customers in."""
    known = Department.objects.filter(is_closed=False)
    if person.roles() <= FIELD and person.department is not None:
        return known.filter(path__startswith=person.department.path)
    return known


def field_people(on: date) -> Any:
    """Give those whose customers can be."""
    keys: set[int] = set()
    for role in FIELD:
        keys |= set(people_in_role(role, on=on).values_list("pk", flat=True))
    return Person.objects.filter(pk__in=keys)


class BasicsForm(forms.Form):
    """The basics of a file; what a kind of customer does not have is left out."""

    name = forms.CharField(label=_("全称"), max_length=200, help_text=_("与营业执照或证件上一致。"))
    nature = forms.ChoiceField(label=_("性质"), choices=Nature)
    is_partner = forms.BooleanField(label=_("也是合作伙伴"), required=False)
    industry = forms.ChoiceField(label=_("行业"), choices=[("", "—"), *Industry.choices], required=False)
    staff = forms.IntegerField(label=_("从业人员"), required=False, min_value=0, max_value=10_000_000)
    turnover_yuan = forms.DecimalField(label=_("上年营业收入 (元)"), required=False, max_digits=18, decimal_places=2)
    assets_yuan = forms.DecimalField(label=_("资产总额 (元)"), required=False, max_digits=18, decimal_places=2)
    size = forms.ChoiceField(
        label=_("企业规模"), choices=[("", "—"), *Size.choices], required=False,
        help_text=_("行业、人数、收入、资产够用时, 按国家统计标准 (2017) 自动划分。"),
    )  # fmt: skip
    remarks = forms.CharField(label=_("备注"), required=False, widget=_area())

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        if kind != Kind.ENTERPRISE:
            for name in ("industry", "staff", "turnover_yuan", "assets_yuan", "size"):
                del self.fields[name]
        if kind == Kind.PERSON:
            self.fields["name"].label = _("姓名")
            del self.fields["is_partner"]


class NewForm(BasicsForm):
    """Everything that taking a customer in asks at once."""

    identity_kind = forms.ChoiceField(label=_("证件种类"), required=False)
    identity_number = forms.CharField(label=_("证件号码"), required=False, max_length=60)
    contact_name = forms.CharField(label=_("联系人"), required=False, max_length=60)
    contact_phone = forms.CharField(label=_("联系电话"), required=False, max_length=40)
    department = forms.ModelChoiceField(label=_("归属部门"), queryset=Department.objects.none())
    owner = forms.ModelChoiceField(label=_("业务员"), queryset=Person.objects.none(), required=False)
    number = forms.CharField(label=_("客户编号"), required=False, max_length=30, help_text=_("留空由系统编号。"))

    def __init__(self, *args: Any, kind: str, person: Person, on: date, **options: Any) -> None:
        super().__init__(*args, kind=kind, **options)
        papers = [(one.value, one.label) for one in kinds_for(kind)]
        self.fields["identity_kind"].choices = papers  # type: ignore[attr-defined]
        self.fields["department"].queryset = departments_of(person)  # type: ignore[attr-defined]
        self.fields["owner"].queryset = field_people(on)  # type: ignore[attr-defined]


class EditForm(BasicsForm):
    """Basics, with the version that was seen and the reason."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    why = forms.CharField(label=_("修改原因"), required=False, max_length=200)


class WhyForm(forms.Form):
    """Only a reason."""

    why = forms.CharField(label=_("原因"), widget=_area(), max_length=500)


class AssignForm(WhyForm):
    """Whose customer it is to be."""

    owner = forms.ModelChoiceField(label=_("业务员"), queryset=Person.objects.none(), required=False)
    department = forms.ModelChoiceField(
        label=_("归属部门"), queryset=Department.objects.filter(is_closed=False), required=False,
        help_text=_("留空则随业务员的部门。"),
    )  # fmt: skip
    field_order = ("owner", "department", "why")

    def __init__(self, *args: Any, on: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"].queryset = field_people(on)  # type: ignore[attr-defined]


class OtherForm(forms.Form):
    """Another customer, told by his number."""

    def __init__(self, *args: Any, person: Person, **options: Any) -> None:
        super().__init__(*args, **options)
        self.person = person

    def customer(self, name: str) -> Customer | None:
        """Give the customer with the number typed in a field, among those that the person may see."""
        number = (self.cleaned_data.get(name) or "").strip().split(" ")[0]
        if not number:
            return None
        found: Customer | None = Customer.objects.visible_to(self.person).filter(number=number).first()
        if found is None:
            self.add_error(name, _("没有编号为这个的客户。请填客户编号, 可用上方的搜索查找。"))
        return found


class ParentForm(OtherForm):
    """The customer above."""

    parent_number = forms.CharField(
        label=_("上级单位的客户编号"), required=False, help_text=_("留空则不属于任何上级。")
    )
    why = forms.CharField(label=_("依据"), required=False, widget=_area())

    def clean(self) -> dict[str, Any]:
        """Find the customer."""
        self.cleaned_data["parent"] = self.customer("parent_number")
        return self.cleaned_data


class MergeForm(OtherForm):
    """The file that is a duplicate."""

    duplicate_number = forms.CharField(
        label=_("重复档案的客户编号"), help_text=_("它的内容并入本档案, 编号留作原编号。")
    )
    why = forms.CharField(label=_("凭什么认定是同一客户"), widget=_area())

    def clean(self) -> dict[str, Any]:
        """Find the customer."""
        self.cleaned_data["duplicate"] = self.customer("duplicate_number")
        return self.cleaned_data


class AliasForm(forms.Form):
    """A further name."""

    what = forms.ChoiceField(label=_("种类"), choices=[one for one in Alias.What.choices if one[0] != "number"])
    text = forms.CharField(label=_("名称"), max_length=120)
    until = forms.DateField(label=_("用至"), required=False)


class IdentityForm(forms.Form):
    """A paper."""

    kind = forms.ChoiceField(label=_("证件种类"))
    number = forms.CharField(label=_("证件号码"), max_length=60, help_text=_("全角、空格和小写会自动转换。"))
    issued_by = forms.CharField(label=_("签发机关"), required=False, max_length=100)
    valid_until = forms.DateField(label=_("证件有效期至"), required=False, help_text=_("长期有效则留空。"))

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["kind"].choices = [(one.value, one.label) for one in kinds_for(kind)]  # type: ignore[attr-defined]


class VerifyForm(forms.Form):
    """How a paper was verified."""

    method = forms.ChoiceField(label=_("核实方式"), choices=Method)
    outcome = forms.ChoiceField(label=_("结果"), choices=Outcome, widget=forms.RadioSelect)
    evidence = forms.CharField(
        label=_("依据"), widget=_area(3), help_text=_("查了哪个系统、看了哪份原件、查询编号或日期。")
    )
    valid_until = forms.DateField(label=_("核实有效期至"), required=False, help_text=_("到期前系统提醒重新核实。"))


class ContactForm(forms.Form):
    """A contact."""

    name = forms.CharField(label=_("姓名"), max_length=60)
    duty = forms.CharField(label=_("职务"), required=False, max_length=60)
    phone = forms.CharField(label=_("电话"), required=False, max_length=40)
    email = forms.EmailField(label=_("邮箱"), required=False)
    birthday = forms.DateField(label=_("生日"), required=False, help_text=_("只用于节日问候, 可不填。"))
    is_main = forms.BooleanField(label=_("主要联系人"), required=False)
    note = forms.CharField(label=_("备注"), required=False, max_length=200)


class AddressForm(forms.Form):
    """An address."""

    what = forms.ChoiceField(label=_("种类"), choices=Address.What)
    region = forms.CharField(label=_("地区"), required=False, max_length=60, help_text=_("省市区, 用于分析, 不加密。"))
    text = forms.CharField(label=_("详细地址"), widget=_area())
    note = forms.CharField(label=_("备注"), required=False, max_length=200)


class AccountForm(forms.Form):
    """A bank account."""

    bank = forms.CharField(label=_("开户行"), max_length=100)
    holder = forms.CharField(label=_("户名"), max_length=120)
    number = forms.CharField(label=_("账号"), max_length=60)
    is_main = forms.BooleanField(label=_("基本户"), required=False)
    note = forms.CharField(label=_("备注"), required=False, max_length=200)


class GuarantorForm(OtherForm):
    """A guarantee."""

    number = forms.CharField(label=_("担保客户的编号"), required=False, help_text=_("担保人也是本公司客户时填写。"))
    name = forms.CharField(label=_("担保人名称"), required=False, max_length=120, help_text=_("不是本公司客户时填写。"))
    what = forms.ChoiceField(label=_("担保方式"), choices=Guarantor.What)
    amount_yuan = forms.DecimalField(label=_("担保金额 (元)"), required=False, max_digits=18, decimal_places=2)
    contract = forms.CharField(label=_("担保合同"), required=False, max_length=60)
    since = forms.DateField(label=_("自"))
    until = forms.DateField(label=_("至"), required=False)
    note = forms.CharField(label=_("备注"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """Find the customer."""
        self.cleaned_data["guarantor"] = self.customer("number")
        return self.cleaned_data


class RelatedForm(OtherForm):
    """A related party."""

    number = forms.CharField(label=_("关联客户的编号"), required=False, help_text=_("关联方也是本公司客户时填写。"))
    name = forms.CharField(label=_("关联方名称"), required=False, max_length=120, help_text=_("不是本公司客户时填写。"))
    what = forms.ChoiceField(label=_("关系"), choices=RelatedParty.What)
    share_percent = forms.DecimalField(label=_("持股比例 (%)"), required=False, max_digits=7, decimal_places=4)
    note = forms.CharField(label=_("备注"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """Find the customer."""
        self.cleaned_data["other"] = self.customer("number")
        return self.cleaned_data


class ValueForm(forms.Form):
    """A value of one field of the card."""

    value = forms.CharField(label=_("内容"))
    source = forms.ChoiceField(label=_("来源"), choices=Source)
    source_detail = forms.CharField(
        label=_("来源说明"), required=False, max_length=200, help_text=_("谁、哪次走访、哪份报告、哪个网站。")
    )
    as_of = forms.DateField(label=_("截至"), help_text=_("资料反映的是哪一天的情况。"))
    trust = forms.TypedChoiceField(
        label=_("可信度"), choices=[("", _("按来源")), *Trust.choices], coerce=int, empty_value=None, required=False
    )

    def __init__(self, *args: Any, field: Field, **options: Any) -> None:
        super().__init__(*args, **options)
        value = self.fields["value"]
        value.label = f"{field.label} ({field.unit})" if field.unit else str(field.label)
        value.help_text = str(field.help)
        if field.kind == ValueKind.CHOICE:
            value.widget = forms.Select(choices=[(one, one) for one in field.choices])
        elif field.kind == ValueKind.FLAG:
            value.widget = forms.Select(choices=[("是", _("是")), ("否", _("否"))])
        elif field.kind == ValueKind.DATE:
            value.widget = forms.TextInput(attrs={"type": "date"})
        elif field.kind == ValueKind.TEXT:
            value.widget = _area()


class LookForm(forms.Form):
    """Why somebody looks at a whole number."""

    why = forms.CharField(label=_("用途"), max_length=200, help_text=_("会记入查阅记录。"))


class PolicyForm(forms.Form):
    """A policy whose entered facts are to stand on the card."""

    policy = forms.ChoiceField(label=_("制度"))

    def __init__(self, *args: Any, policies: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["policy"].choices = policies  # type: ignore[attr-defined]
