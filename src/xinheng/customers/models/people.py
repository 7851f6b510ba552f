"""Contacts, bank accounts, addresses, guarantors and related parties of a customer; ended, never deleted."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from xinheng.customers.models.customer import Customer
from xinheng.vault.fields import BlindIndexField, EncryptedTextField, SealedRow

PHONE_INDEX = "customers.phone"
PHONE_TAIL_INDEX = "customers.phone_tail"
ACCOUNT_INDEX = "customers.account"
"""The purposes of the blind indexes of phones, of their last four digits, and of accounts."""


def _without_name(words: str, row: Contact | Guarantor | RelatedParty) -> str:
    return words.replace(row.name, row.record_label) if row.name else words


def last_four(number: str) -> str:
    """Give the last four digits, by which people look for a phone."""
    return number[-4:]


class Held(SealedRow):
    """Something a customer has until it ends."""

    note = models.CharField(_("备注"), max_length=200, blank=True)
    ended_on = models.DateField(_("停用日期"), null=True, editable=False)
    history = HistoricalRecords(inherit=True)

    class Meta:
        abstract = True
        ordering = ("id",)

    @property
    def record_label(self) -> str:
        """What the record calls it for ever: no person's name."""
        return f"{self._meta.verbose_name} {self.pk}"


class Contact(Held):
    """A person to speak with; the phone is encrypted and found by its blind index."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(_("姓名"), max_length=60)
    duty = models.CharField(_("职务"), max_length=60, blank=True)
    phone = EncryptedTextField(_("电话"), null=True, blank=True)
    phone_index = BlindIndexField(of="phone", purpose=PHONE_INDEX, db_index=True)
    phone_tail_index = BlindIndexField(of="phone", purpose=PHONE_TAIL_INDEX, part=last_four, db_index=True)
    email = EncryptedTextField(_("邮箱"), null=True, blank=True)
    birthday = models.DateField(_("生日"), null=True, blank=True)
    is_main = models.BooleanField(_("主要联系人"), default=False)

    class Meta(Held.Meta):
        verbose_name = _("联系人")
        verbose_name_plural = _("联系人")
        constraints = (
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_main=True, ended_on__isnull=True), name="contact_one_main"
            ),
        )

    def __str__(self) -> str:
        return self.name

    tells_record_in_part = True
    """The record keeps his words out, also in the file of an enterprise: he may ask to be erased."""

    def record_words(self, words: str) -> str:
        """Give a reason as the record may keep it for ever: with the number where his name stood."""
        return _without_name(words, self)


class BankAccount(Held):
    """An account to pay to or from; the number is encrypted and shown masked."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="bank_accounts")
    bank = models.CharField(_("开户行"), max_length=100)
    holder = models.CharField(_("户名"), max_length=120)
    number = EncryptedTextField(_("账号"))
    number_index = BlindIndexField(of="number", purpose=ACCOUNT_INDEX)
    is_main = models.BooleanField(_("基本户"), default=False)

    class Meta(Held.Meta):
        verbose_name = _("银行账户")
        verbose_name_plural = _("银行账户")
        constraints = (
            models.UniqueConstraint(
                fields=["customer", "number_index"], condition=Q(ended_on__isnull=True), name="bank_account_once"
            ),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_main=True, ended_on__isnull=True), name="bank_account_one_main"
            ),
        )

    def __str__(self) -> str:
        return self.bank


class Address(Held):
    """Where a customer is found; encrypted, for it may be somebody's home."""

    class What(models.TextChoices):
        """What an address is for."""

        REGISTERED = "registered", _("注册地址")
        OFFICE = "office", _("办公地址")
        DELIVERY = "delivery", _("收货地址")
        HOME = "home", _("住址")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="addresses")
    what = models.CharField(_("种类"), max_length=12, choices=What)
    region = models.CharField(_("地区"), max_length=60, blank=True)
    text = EncryptedTextField(_("地址"))

    class Meta(Held.Meta):
        verbose_name = _("地址")
        verbose_name_plural = _("地址")

    def __str__(self) -> str:
        return self.get_what_display()


class Guarantor(Held):
    """Who answers for a customer's debt: another customer, or somebody outside."""

    class What(models.TextChoices):
        """What the guarantee is."""

        SURETY = "surety", _("保证")
        MORTGAGE = "mortgage", _("抵押")
        PLEDGE = "pledge", _("质押")
        DEPOSIT = "deposit", _("保证金")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="guarantors")
    guarantor = models.ForeignKey(
        Customer, verbose_name=_("担保客户"), null=True, blank=True, on_delete=models.PROTECT, related_name="guarantees"
    )
    name = models.CharField(_("担保人 (非本公司客户)"), max_length=120, blank=True)
    what = models.CharField(_("担保方式"), max_length=10, choices=What, default=What.SURETY)
    amount_yuan = models.DecimalField(_("担保金额 (元)"), max_digits=18, decimal_places=2, null=True, blank=True)
    contract = models.CharField(_("担保合同"), max_length=60, blank=True)
    since = models.DateField(_("自"))
    until = models.DateField(_("至"), null=True, blank=True)

    class Meta(Held.Meta):
        verbose_name = _("担保")
        verbose_name_plural = _("担保")
        constraints = (
            models.CheckConstraint(
                condition=(Q(guarantor__isnull=True) & ~Q(name="")) | (Q(guarantor__isnull=False) & Q(name="")),
                name="guarantor_customer_or_outsider",
            ),
            models.CheckConstraint(
                condition=Q(guarantor__isnull=True) | ~Q(guarantor=F("customer")), name="guarantor_is_another"
            ),
            models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="guarantor_days"),
            models.CheckConstraint(
                condition=Q(amount_yuan__isnull=True) | Q(amount_yuan__gt=0), name="guarantor_amount"
            ),
        )

    def __str__(self) -> str:
        return str(self.guarantor) if self.guarantor else self.name

    @property
    def who(self) -> str:
        """The guarantor's name."""
        return self.guarantor.name if self.guarantor else self.name

    @property
    def tells_record_in_part(self) -> bool:
        """Whether the record keeps the words out: somebody outside may be a natural person, who may ask to be erased."""
        return self.guarantor is None or self.guarantor.tells_record_in_part

    def record_words(self, words: str) -> str:
        """Give a reason as the record may keep it for ever: without the name of somebody outside."""
        return _without_name(words, self)


class RelatedParty(Held):
    """Somebody close to a customer, whose trouble would be his."""

    class What(models.TextChoices):
        """How they are related."""

        LEGAL_REPRESENTATIVE = "legal_rep", _("法定代表人")
        CONTROLLER = "controller", _("实际控制人")
        SHAREHOLDER = "shareholder", _("股东")
        MANAGER = "manager", _("董事、监事、高管")
        SAME_CONTROL = "same_control", _("受同一控制")
        SUPPLIER = "supplier", _("主要供应商")
        BUYER = "buyer", _("主要客户")
        FAMILY = "family", _("近亲属")
        OTHER = "other", _("其他")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="related_parties")
    other = models.ForeignKey(
        Customer, verbose_name=_("关联客户"), null=True, blank=True, on_delete=models.PROTECT, related_name="related_to"
    )
    name = models.CharField(_("名称 (非本公司客户)"), max_length=120, blank=True)
    what = models.CharField(_("关系"), max_length=12, choices=What)
    share_percent = models.DecimalField(_("持股比例 (%)"), max_digits=7, decimal_places=4, null=True, blank=True)

    class Meta(Held.Meta):
        verbose_name = _("关联方")
        verbose_name_plural = _("关联方")
        constraints = (
            models.CheckConstraint(
                condition=(Q(other__isnull=True) & ~Q(name="")) | (Q(other__isnull=False) & Q(name="")),
                name="related_customer_or_outsider",
            ),
            models.CheckConstraint(
                condition=Q(other__isnull=True) | ~Q(other=F("customer")), name="related_to_another"
            ),
            models.CheckConstraint(
                condition=Q(share_percent__isnull=True) | Q(share_percent__gte=0, share_percent__lte=100),
                name="related_share",
            ),
        )

    def __str__(self) -> str:
        return str(self.other) if self.other else self.name

    @property
    def who(self) -> str:
        """The related party's name."""
        return self.other.name if self.other else self.name

    @property
    def tells_record_in_part(self) -> bool:
        """Whether the record keeps the words out: somebody outside may be a natural person, who may ask to be erased."""
        return self.other is None or self.other.tells_record_in_part

    def record_words(self, words: str) -> str:
        """Give a reason as the record may keep it for ever: without the name of somebody outside."""
        return _without_name(words, self)
