"""The canonical tables of dealings: what invoices, receipts, orders, events and statements are, whatever an export calls them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from creditpolicy.facts.derived import Said
from creditpolicy.model import DIGITS, Kind


@dataclass(frozen=True, slots=True)
class CanonicalColumn:
    """One column of a canonical table.

    `synonyms` are further headings as real exports write them; `weak` are headings so general that they count only
    where nothing better stands in the sheet. `optional` tells what it means that a table does not have the column:
    nothing where the facts that need it are then missing (`essential`).
    """

    id: str
    label: Said
    kind: Kind
    meaning: Said
    synonyms: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    required: bool = False
    essential: bool = True
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def scale(self) -> int:
        """Decimal digits kept."""
        return DIGITS.get(self.kind, 0)

    @property
    def sql_type(self) -> str:
        """The type of the column in a query."""
        if self.kind.is_number:
            return f"DECIMAL(18, {self.scale})"
        return {Kind.FLAG: "BOOLEAN", Kind.DATE: "DATE"}.get(self.kind, "VARCHAR")


@dataclass(frozen=True, slots=True)
class CanonicalTable:
    """A canonical table.

    `day` is the column that says from when a row is there. `key` are columns in which repeated rows surely agree, by
    which they are sought. With `numbered`, only rows with a number can be repeats: two equal rows without one may be two
    dealings. `words` bring what exports write in a column to the canonical word.
    """

    id: str
    label: Said
    meaning: Said
    day: str
    key: tuple[str, ...]
    columns: tuple[CanonicalColumn, ...]
    numbered: bool = True
    words_column: str = ""
    words: Mapping[str, tuple[str, ...]] | None = None

    @property
    def by_id(self) -> dict[str, CanonicalColumn]:
        """The columns by name."""
        return {column.id: column for column in self.columns}

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which a row says nothing."""
        return tuple(column.id for column in self.columns if column.required)


def _customer() -> CanonicalColumn:
    return CanonicalColumn(
        "customer_id",
        Said("客户编号", "Customer"),
        Kind.ID,
        Said("与客户表同一编号", "The same identifier as in the table of customers"),
        ("企业代号", "客户代码", "客户编码", "customerID"),
        ("客户", "购方税号", "购买方纳税人识别号", "客户名称", "购方名称", "购买方名称", "customer"),
        required=True,
    )


def _number(label: Said, *synonyms: str) -> CanonicalColumn:
    return CanonicalColumn(
        "number",
        label,
        Kind.ID,
        Said(
            "单据号; 没有号码的行不会被当作重复行",
            "Number of the document; a row without one is never taken for a repeat",
        ),
        synonyms,
        ("编号", "单号", "号码", "no"),
        essential=False,
    )


def _amount(label: Said, meaning: Said, *synonyms: str, required: bool = True) -> CanonicalColumn:
    return CanonicalColumn(
        "amount", label, Kind.AMOUNT, meaning, synonyms, ("金额", "amount", "total"), required=required
    )


def _currency() -> CanonicalColumn:
    return CanonicalColumn(
        "currency",
        Said("币种", "Currency"),
        Kind.TEXT,
        Said("不同币种的金额从不相加", "Amounts of different currencies are never added"),
        ("币别", "货币", "currencyCode"),
        essential=False,
    )


def _day(
    name: str, label: Said, meaning: Said, *synonyms: str, weak: tuple[str, ...] = ("日期", "date")
) -> CanonicalColumn:
    return CanonicalColumn(name, label, Kind.DATE, meaning, synonyms, weak, required=True)


INVOICES = CanonicalTable(
    "invoices",
    Said("发票", "Invoices"),
    Said("一行一张发票 (或一行明细)", "A row is an invoice, or a line of one"),
    "invoiced_on",
    ("number", "invoiced_on", "amount"),
    (
        _customer(),
        _number(Said("发票号码", "Invoice number"), "发票号", "发票编号", "invoiceNumber", "Invoice No"),
        _day(
            "invoiced_on",
            Said("开票日期", "Invoice date"),
            Said("这一天起算有这张发票", "From this day the invoice is there"),
            "开票时间",
            "发票日期",
            "InvoiceDate",
        ),
        CanonicalColumn(
            "due_on",
            Said("到期日", "Due date"),
            Kind.DATE,
            Said("应付款的最后一天; 这一天还不算逾期", "The last day to pay; on the day itself it is not overdue"),
            ("到期日期", "付款到期日", "应付款日期", "应收到期日", "DueDate"),
        ),
        _amount(
            Said("价税合计", "Amount"),
            Said("含税金额; 红字发票为负", "Gross amount; negative for a return"),
            "发票金额",
            "含税金额",
            "开票金额",
            "InvoiceAmount",
        ),
        CanonicalColumn(
            "status",
            Said("发票状态", "Status"),
            Kind.TEXT,
            Said("valid 有效 · void 作废 · return 红字; 空白视为有效", "valid, void or return; blank is valid"),
            ("作废标志", "票据状态", "InvoiceStatus"),
            ("状态",),
            essential=False,
        ),
        CanonicalColumn(
            "settled_on",
            Said("结清日期", "Settled on"),
            Kind.DATE,
            Said("付清的那一天; 空白为未付清", "The day on which it was paid in full; blank is not yet"),
            ("结清日", "收款日期", "回款日期", "付款日期", "核销日期", "SettledDate"),
        ),
        CanonicalColumn(
            "disputed",
            Said("有争议", "Disputed"),
            Kind.FLAG,
            Said("客户提出过异议; 空白为没有", "The customer has objected; blank is no"),
            ("是否争议", "争议", "是否有争议"),
        ),
        CanonicalColumn(
            "counterparty",
            Said("对方单位", "Counterparty"),
            Kind.TEXT,
            Said("这张发票开给谁或由谁开", "To whom or by whom the invoice was issued"),
            ("购方单位代号", "销方单位代号", "往来单位", "交易对手", "对方单位代号"),
        ),
        _currency(),
        CanonicalColumn(
            "item",
            Said("货物名称", "Item"),
            Kind.TEXT,
            Said("只用来区分同一张发票的两行明细与重复行", "Only tells two lines of an invoice from a repeated row"),
            ("商品名称", "货物或应税劳务名称", "货物或应税劳务、服务名称", "项目名称"),
            essential=False,
        ),
    ),
    words_column="status",
    words={
        "valid": (
            "有效发票",
            "有效",
            "正常",
            "正常发票",
            "已开票",
            "蓝字发票",
            "蓝字",
            "正数发票",
            "否",
            "n",
            "no",
            "posted",
        ),
        "void": ("作废发票", "作废", "已作废", "空白作废", "是", "y", "yes", "voided", "cancelled", "canceled"),
        "return": (
            "红字发票",
            "负数发票",
            "红字",
            "红冲",
            "已红冲发票",
            "退货",
            "credit note",
            "credit memo",
            "refund",
        ),
    },
)

RECEIPTS = CanonicalTable(
    "receipts",
    Said("收款", "Receipts"),
    Said("一行一笔收款", "A row is a payment received"),
    "received_on",
    ("number", "received_on", "amount"),
    (
        _customer(),
        _number(Said("收款单号", "Receipt number"), "回款单号", "凭证号", "流水号", "receiptNumber"),
        _day(
            "received_on",
            Said("收款日期", "Received on"),
            Said("到账的那一天", "The day on which the money came in"),
            "回款日期",
            "到账日期",
            "ReceiptDate",
            "PaymentDate",
        ),
        _amount(
            Said("收款金额", "Amount"),
            Said("退款为负", "Negative for money paid back"),
            "回款金额",
            "到账金额",
            "ReceiptAmount",
        ),
        _currency(),
    ),
)

ORDERS = CanonicalTable(
    "orders",
    Said("订单", "Orders"),
    Said("一行一张订单", "A row is an order"),
    "ordered_on",
    ("number", "ordered_on", "amount"),
    (
        _customer(),
        _number(Said("订单号", "Order number"), "订单编号", "销售订单号", "orderNumber"),
        _day(
            "ordered_on",
            Said("订单日期", "Ordered on"),
            Said("下单的那一天", "The day of the order"),
            "下单日期",
            "订货日期",
            "OrderDate",
        ),
        _amount(
            Said("订单金额", "Amount"), Said("含税金额", "Gross amount"), "订货金额", "OrderAmount", required=False
        ),
        CanonicalColumn(
            "status",
            Said("订单状态", "Status"),
            Kind.TEXT,
            Said("valid 有效 · void 取消; 空白视为有效", "valid or void (cancelled); blank is valid"),
            ("OrderStatus",),
            ("状态",),
            essential=False,
        ),
        _currency(),
    ),
    words_column="status",
    words={
        "valid": (
            *(
                "有效",
                "正常",
                "已审核",
                "已确认",
                "执行中",
                "已完成",
                "已关闭",
                "部分发货",
                "已发货",
                "confirmed",
                "done",
            ),
            *("open", "closed", "shipped"),
        ),
        "void": ("取消", "已取消", "作废", "已作废", "cancelled", "canceled", "voided"),
    },
)

EVENTS = CanonicalTable(
    "events",
    Said("信用事件", "Events"),
    Said("一行一件违约、诉讼、处罚等", "A row is a default, a lawsuit, a penalty and the like"),
    "happened_on",
    ("customer_id", "happened_on", "kind"),
    (
        _customer(),
        _number(Said("案号", "Reference"), "事件编号", "文号"),
        _day(
            "happened_on",
            Said("发生日期", "Happened on"),
            Said("发生或得知的那一天", "The day on which it happened or became known"),
            "事件日期",
            "EventDate",
        ),
        CanonicalColumn(
            "kind",
            Said("事件类型", "Kind"),
            Kind.TEXT,
            Said(
                "default 违约 · lawsuit 诉讼 · penalty 处罚 · false_information 提供虚假资料 · other 其他",
                "default, lawsuit, penalty, false_information or other",
            ),
            ("类型", "EventType"),
            required=True,
        ),
        CanonicalColumn(
            "amount",
            Said("涉及金额", "Amount"),
            Kind.AMOUNT,
            Said("没有就空着", "Blank where there is none"),
            ("金额",),
            essential=False,
        ),
        CanonicalColumn(
            "detail",
            Said("说明", "Detail"),
            Kind.TEXT,
            Said("经过; 不参与计算", "What happened; not computed with"),
            ("备注", "摘要"),
            essential=False,
        ),
    ),
    numbered=False,
    words_column="kind",
    words={
        "default": ("违约", "逾期违约", "不付款", "拒付", "恶意拖欠"),
        "lawsuit": ("诉讼", "被诉", "仲裁", "被执行", "失信被执行"),
        "penalty": ("处罚", "行政处罚", "罚款"),
        "false_information": ("虚假资料", "虚假信息", "提供虚假资料", "false information"),
        "other": ("其他", "其它"),
    },
)


def _figure(
    name: str, label: Said, *synonyms: str, meaning: Said | None = None, low: int | None = None
) -> CanonicalColumn:
    floor = Decimal(low) if low is not None else None
    return CanonicalColumn(name, label, Kind.AMOUNT, meaning or label, synonyms, low=floor)


STATEMENTS = CanonicalTable(
    "statements",
    Said("财务报表", "Statements"),
    Said("一行一家客户一期的报表数", "A row has the figures of one customer and one period"),
    "period_end",
    ("customer_id", "period_end"),
    (
        _customer(),
        _day(
            "period_end",
            Said("报表截止日", "Period end"),
            Said("资产负债表日", "The day of the balance sheet"),
            "截止日期",
            "报表日期",
            "会计期末",
        ),
        CanonicalColumn(
            "months",
            Said("期间月数", "Months"),
            Kind.COUNT,
            Said("利润表与现金流量表覆盖的月数; 空白为 12", "Months that income and cash flow cover; blank is 12"),
            ("月数",),
            essential=False,
            low=Decimal(1),
            high=Decimal(24),
        ),
        _figure("total_assets", Said("资产总计", "Total assets"), "总资产", "资产总额", low=0),
        _figure("total_liabilities", Said("负债合计", "Total liabilities"), "总负债", "负债总额", low=0),
        _figure("current_assets", Said("流动资产合计", "Current assets"), "流动资产", low=0),
        _figure("current_liabilities", Said("流动负债合计", "Current liabilities"), "流动负债", low=0),
        _figure("inventory", Said("存货", "Inventory"), low=0),
        _figure("receivables", Said("应收账款", "Receivables"), "应收帐款", low=0),
        _figure("revenue", Said("营业收入", "Revenue"), "主营业务收入", "销售收入"),
        _figure("cost_of_sales", Said("营业成本", "Cost of sales"), "主营业务成本", "销售成本"),
        _figure("operating_profit", Said("营业利润", "Operating profit")),
        _figure("total_profit", Said("利润总额", "Profit before tax"), "税前利润"),
        _figure("net_profit", Said("净利润", "Net profit")),
        _figure("interest_expense", Said("利息费用", "Interest expense"), "利息支出"),
        _figure(
            "operating_cash_flow",
            Said("经营活动现金流量净额", "Operating cash flow"),
            "经营现金净流量",
            "经营活动产生的现金流量净额",
        ),
    ),
    numbered=False,
)

TABLES: Mapping[str, CanonicalTable] = {table.id: table for table in (INVOICES, RECEIPTS, ORDERS, EVENTS, STATEMENTS)}
"""The canonical tables by name."""
