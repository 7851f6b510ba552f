"""A small policy with every kind of item, which tests of rating, explaining and comparing share."""

from __future__ import annotations

POLICY = """
policy: small
version: "1.0"
title: {zh-hans: 小制度, en: A small policy}
document: {name: T-01}
effective_from: 2026-01-01
facts:
  customer_id: {label: 客户编号, type: id, clause: "1"}
  name: {label: 名称, type: text, clause: "1"}
  sales: {label: 年销售额, type: amount, unit: 元, range: [0, 1亿], better: higher, clause: "2"}
  debt: {label: 资产负债率, type: ratio, range: [0, 5], better: lower, clause: "2"}
  service: {label: 合作态度, type: choice, choices: [优, 良, 差], better: higher, clause: "2"}
  judged: {label: 印象分, type: score, range: [0, 20], clause: "2"}
  late_days: {label: 最长逾期, type: days, unit: 天, range: [0, 3650], better: lower, missing: points 0, clause: "2"}
  listed: {label: 上市公司, type: flag, missing: points 0, clause: "2"}
  cheated: {label: 提供虚假资料, type: flag, clause: "2"}
scorecard:
  total: 100
  base:
    - item: sales
      max: 40
      points: 40 * sales / portfolio_max(sales)
      clause: "3.1"
    - item: debt
      max: 20
      clause: "3.2"
      bands:
        - {below: 0.4, points: 20}
        - {from: 0.4, below: 0.7, points: 12}
        - {from: 0.7, to: 5, points: 0}
    - item: service
      max: 20
      clause: "3.3"
      choices:
        - {is: 优, points: 20}
        - {is: 良, points: 10}
        - {is: 差, points: 0}
    - {item: judged, max: 20, points: judged, clause: "3.4"}
  bonus:
    - item: listed
      max: 5
      clause: "3.5"
      points:
        - {when: listed, points: 5}
        - {otherwise: 0}
  deduction:
    - item: late_days
      max: 10
      assumed: 文件没有写
      bands:
        - {to: 30, points: 0}
        - {above: 30, points: 10}
  vetoes:
    - {veto: cheating, label: 弄虚作假, when: cheated, grade: C, missing: ignore, clause: "4"}
grades:
  - {grade: A, from: 80, label: 优, clause: "5"}
  - {grade: B, from: 60, label: 中, clause: "5"}
  - {grade: C, label: 差, assumed: 文件没有写 60 分以下}
credit:
  rounding: {to: 10000, how: down, assumed: 取整}
  by_grade:
    - {grade: A, limit: sales * 0.1, terms_days: 60, assumed: 没有写}
    - {grade: B, limit: 50万, terms_days: 30, assumed: 没有写}
    - {grade: C, limit: 0, cash_only: true, assumed: 没有写}
"""

HEAD = ("customer_id", "name", "sales", "debt", "service", "judged", "late_days", "listed", "cheated")
ROWS = (
    ("001", "甲公司", "10000000", "0.3", "优", "20", "0", True, False),
    ("002", "乙公司", "5000000.55", "0.4", "良", "15", "31", False, False),
    ("003", "丙公司", "9999999.99", "0.39", "优", "19.5", None, None, True),
    ("004", "丁公司", "1", "0.7", "差", "0", "0", False, False),
    ("005", "戊公司", "100", None, "良", None, "0", False, False),
)
