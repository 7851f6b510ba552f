"""Why a file cannot be used, in words: one sentence what is wrong and one what to do, for each code."""

from __future__ import annotations

from creditpolicy.language import _
from creditpolicy.problems import Place, Problem, Refusal
from creditpolicy.tables.confined.refused import Refused


def refusal(refused: Refused, file: str) -> Refusal:
    """Put a refusal of the child process, or of the first look at a file, into words."""
    what, fix = _sentences(refused.code, refused.detail)
    problem = Problem(code=refused.code, what=what, fix=fix, where=Place(file=file))
    return Refusal(_("这个文件不能用: {file}").format(file=file), [problem])


def _sentences(code: str, detail: dict[str, str | int]) -> tuple[str, str]:
    for group in (_ordinary, _container, _content, _hostile):
        found = group(code)
        if found:
            return found[0].format(**detail), found[1].format(**detail)
    return _damaged()


def _damaged() -> tuple[str, str]:
    return _("文件已损坏, 读不出内容。"), _(
        "用 Excel 或 WPS 打开, 另存为一份新的 .xlsx; 打不开就重新下载或请对方重发。"
    )


def _ordinary(code: str) -> tuple[str, str] | None:
    """Files that are no table at all."""
    return {
        "absent": (_("没有这个文件。"), _("核对文件名和所在的文件夹。")),
        "folder": (_("这是一个文件夹。"), _("指明其中的一个文件。")),
        "unreadable": (_("文件打不开: {error}"), _("核对文件权限; 正在别的程序里打开的, 先关掉。")),
        "empty": (_("文件是空的。"), _("核对是否选错了文件, 或下载没有完成。")),
        "too-large": (
            _("文件有 {size} MB, 超过 {limit} MB 的上限。"),
            _("删去无关的列和工作表, 或改用 Parquet、CSV 格式。"),
        ),
        "html": (
            _("这是网页 (HTML), 不是表格, 只是改了扩展名。"),
            _("用 Excel 或 WPS 打开, 另存为 .xlsx。"),
        ),
        "xml": (_("这是 XML 文件, 不是 .xlsx 或 .xls 表格。"), _("用 Excel 或 WPS 打开, 另存为 .xlsx。")),
        "pdf": (_("这是 PDF 文件。"), _("向提供方要 .xlsx 或 .csv 的原表。")),
        "picture": (_("这是图片。"), _("向提供方要 .xlsx 或 .csv 的原表。")),
        "packed": (_("这是压缩包 (RAR 或 7z)。"), _("先解压, 再用里面的表格文件。")),
        "parquet": (_("这是 Parquet 文件。"), _("文件名用 .parquet 结尾。")),
        "binary": (_("这不是表格, 也不是文本。"), _("换成 .xlsx、.xls、.ods 或 .csv 文件。")),
    }.get(code)


def _container(code: str) -> tuple[str, str] | None:
    """Workbooks that cannot be opened."""
    return {
        "damaged": _damaged(),
        "encrypted": (_("文件加了密码, 打不开。"), _("在 Excel 或 WPS 里去掉密码, 另存后再用。")),
        "xlsb": (_("这是二进制格式 .xlsb。"), _("另存为 .xlsx。")),
        "zipped": (_("这是压缩包, 里面有 {file}。"), _("先解压, 再用里面的表格文件。")),
        "no-workbook": (
            _("文件里没有工作簿, 可能是文档或演示文稿改了扩展名。"),
            _("换成 .xlsx、.xls、.ods 或 .csv 文件。"),
        ),
        "no-sheets": (_("工作簿里没有工作表。"), _("核对是否选错了文件。")),
        "part-missing": (_("工作簿缺少部件 {part}。"), _damaged()[1]),
        "string-missing": (_("{cell} 指向一段不存在的文字。"), _damaged()[1]),
        "broken-xml": (_("工作簿的内部结构在第 {line} 行断开。"), _damaged()[1]),
        "odd-compression": (_("工作簿用了少见的压缩方法。"), _("用 Excel 或 WPS 打开, 另存为 .xlsx。")),
        "too-slow": (_("读了 {seconds} 秒还没有读完。"), _("删去无关的列和工作表, 或改用 CSV、Parquet 格式。")),
        "too-heavy": (_("读这个文件需要的内存或时间超过上限。"), _("删去无关的列和工作表, 或改用 CSV、Parquet 格式。")),
        "too-much-text": (_("表里的文字太多, 超过 {limit} MB。"), _("删去无关的列和工作表。")),
        "too-many-cells": (
            _("格子太多, 超过 {limit} 个。"),
            _("删去表格以外很远处的内容和重复的格子; 数据确实很多就改用 Parquet 格式。"),
        ),
    }.get(code)


def _content(code: str) -> tuple[str, str] | None:
    """Text files whose characters or lines cannot be made out."""
    return {
        "which-encoding": (
            _("文件里的汉字太少, 看不出是 UTF-8 还是 GBK 编码, 猜错会变成乱码。"),
            _("另存为 “CSV UTF-8” 或 .xlsx, 或者指明编码。"),
        ),
        "no-encoding": (
            _("文件的文字既不是 UTF-8, 也不是 GBK 编码, 第 {line} 行附近读不出来。"),
            _("另存为 “CSV UTF-8” 或 .xlsx, 或者指明编码。"),
        ),
        "not-this-encoding": (_("文件不是 {encoding} 编码。"), _("换一种编码, 或另存为 “CSV UTF-8”。")),
        "unknown-encoding": (_("没有名为 {encoding} 的编码。"), _("写 utf-8、gb18030、big5 或 utf-16。")),
        "quotes": (_("第 {line} 行附近的引号没有成对。"), _("补上或删去多出的引号; 文字里的引号要写两遍。")),
        "long-field": (_("第 {line} 行附近有一格长得出奇, 多半是引号没有成对。"), _("核对那一行的引号。")),
    }.get(code)


def _hostile(code: str) -> tuple[str, str] | None:
    """Files made to harm, or looking like it."""
    again = _("用 Excel 或 WPS 打开, 把需要的内容复制到一份新表。")
    return {
        "bomb": (_("部件 {part} 解开后膨胀 {ratio} 倍, 像是压缩炸弹, 没有打开。"), again),
        "unpacks-too-large": (_("文件解开后太大, 像是压缩炸弹, 没有打开。"), again),
        "too-many-entries": (_("压缩包里的部件超过 {limit} 个, 没有打开。"), again),
        "overlapping-entries": (_("压缩包里的部件互相重叠, 像是压缩炸弹, 没有打开。"), again),
        "doubled-entries": (_("压缩包里有同名的部件, 看不出该读哪一个。"), again),
        "doctype": (_("文件内部带有文档类型声明 (DTD), 正常的表格没有, 没有打开。"), again),
        "too-many-merges": (_("合并的单元格超过 {limit} 处。"), _("取消合并, 每行各填各的。")),
        "outside-sheet": (_("第 {row} 行在表格的范围之外。"), again),
        "misplaced-cell": (_("第 {row} 行的单元格 {cell} 位置不对。"), again),
        "rows-out-of-order": (_("第 {row} 行排在了后面的行之后, 或者出现两次。"), again),
    }.get(code)
