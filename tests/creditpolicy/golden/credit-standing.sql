WITH
-- 每个客户的事实
facts AS NOT MATERIALIZED (
  SELECT "row",
    "customer_id",
    "is_new_customer",
    "founded_on",
    "paid_in_capital",
    "industry_position",
    "tax_grade",
    "information",
    "asset_liability_ratio",
    "current_ratio",
    "net_margin",
    "first_dealing_on",
    "annual_supply",
    "on_time_amount_ratio",
    "closeness",
    "ownership",
    "security",
    "days_late_max",
    "overdue_days_max",
    "disputes",
    "lawsuits",
    "refused_information",
    "is_dishonest",
    "registration",
    "false_information",
    "in_litigation",
    DATE '2026-06-30' AS "as_of"
  FROM customers
),
-- 由公式算出: 成立年数
computed_1 AS NOT MATERIALIZED (
  SELECT *,
    CAST(CAST((CASE WHEN DATE_DIFF('DAY', "founded_on", "as_of") < 0 THEN (((DATE_DIFF('DAY', "founded_on", "as_of") - 365) + 1) // 365) ELSE (DATE_DIFF('DAY', "founded_on", "as_of") // 365) END) AS DECIMAL(38, 0)) * 1 AS DECIMAL(18, 0)) AS "years_established"
  FROM facts
),
-- 由公式算出: 合作年数
computed_2 AS NOT MATERIALIZED (
  SELECT *,
    CAST(CAST((CASE WHEN DATE_DIFF('DAY', "first_dealing_on", "as_of") < 0 THEN (((DATE_DIFF('DAY', "first_dealing_on", "as_of") - 365) + 1) // 365) ELSE (DATE_DIFF('DAY', "first_dealing_on", "as_of") // 365) END) AS DECIMAL(38, 0)) * 1 AS DECIMAL(18, 0)) AS "cooperation_years"
  FROM computed_1
),
-- 各项得分 (单位 0.01 分) 与一票否决
points AS NOT MATERIALIZED (
  SELECT *,
    /* 成立年数 第四条 */ CASE
      WHEN "years_established" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "years_established" < 1 THEN 0
      WHEN "years_established" < 3 THEN 100
      WHEN "years_established" < 5 THEN 300
      WHEN "years_established" < 10 THEN 400
      ELSE 600
      END AS "points.years_established",
    CASE WHEN "years_established" IS NULL THEN CAST(0 AS SMALLINT) WHEN "years_established" < 1 THEN 5 WHEN "years_established" < 3 THEN 4 WHEN "years_established" < 5 THEN 3 WHEN "years_established" < 10 THEN 2 ELSE 1 END AS "band.years_established",
    /* 实缴资本 第四条 */ CASE
      WHEN "paid_in_capital" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "paid_in_capital" < 100.00 THEN 0
      WHEN "paid_in_capital" < 500.00 THEN 100
      WHEN "paid_in_capital" < 1000.00 THEN 300
      WHEN "paid_in_capital" < 5000.00 THEN 400
      ELSE 600
      END AS "points.paid_in_capital",
    CASE WHEN "paid_in_capital" IS NULL THEN CAST(0 AS SMALLINT) WHEN "paid_in_capital" < 100.00 THEN 5 WHEN "paid_in_capital" < 500.00 THEN 4 WHEN "paid_in_capital" < 1000.00 THEN 3 WHEN "paid_in_capital" < 5000.00 THEN 2 ELSE 1 END AS "band.paid_in_capital",
    /* 行业地位 第四条 */ CASE "industry_position"
      WHEN '龙头' THEN 800
      WHEN '骨干' THEN 600
      WHEN '一般' THEN 400
      WHEN '较弱' THEN 0
      ELSE CAST(NULL AS SMALLINT)
      END AS "points.industry_position",
    CASE "industry_position" WHEN '龙头' THEN 1 WHEN '骨干' THEN 2 WHEN '一般' THEN 3 WHEN '较弱' THEN 4 ELSE CAST(0 AS SMALLINT) END AS "band.industry_position",
    /* 纳税信用级别 第四条 */ CASE "tax_grade"
      WHEN 'A' THEN 600
      WHEN 'B' THEN 400
      WHEN 'M' THEN 300
      WHEN '未评' THEN 200
      WHEN 'C' THEN 100
      WHEN 'D' THEN 0
      ELSE CAST(0 AS SMALLINT)
      END AS "points.tax_grade",
    CASE "tax_grade" WHEN 'A' THEN 1 WHEN 'B' THEN 2 WHEN 'M' THEN 3 WHEN '未评' THEN 4 WHEN 'C' THEN 5 WHEN 'D' THEN 6 ELSE CAST(0 AS SMALLINT) END AS "band.tax_grade",
    /* 资料完整 第四条、第五条(一) */ CASE "information"
      WHEN '齐全' THEN 600
      WHEN '基本齐全' THEN 400
      WHEN '缺主要资料' THEN 100
      WHEN '未提供' THEN 0
      ELSE CAST(NULL AS SMALLINT)
      END AS "points.information",
    CASE "information" WHEN '齐全' THEN 1 WHEN '基本齐全' THEN 2 WHEN '缺主要资料' THEN 3 WHEN '未提供' THEN 4 ELSE CAST(0 AS SMALLINT) END AS "band.information",
    /* 资产负债率 第四条、第三条(五) */ CASE
      WHEN "asset_liability_ratio" IS NULL THEN CAST(0 AS SMALLINT)
      WHEN "asset_liability_ratio" <= 0.400000 THEN 1000
      WHEN "asset_liability_ratio" <= 0.600000 THEN 800
      WHEN "asset_liability_ratio" <= 0.700000 THEN 500
      WHEN "asset_liability_ratio" <= 0.800000 THEN 200
      ELSE 0
      END AS "points.asset_liability_ratio",
    CASE WHEN "asset_liability_ratio" IS NULL THEN CAST(0 AS SMALLINT) WHEN "asset_liability_ratio" <= 0.400000 THEN 1 WHEN "asset_liability_ratio" <= 0.600000 THEN 2 WHEN "asset_liability_ratio" <= 0.700000 THEN 3 WHEN "asset_liability_ratio" <= 0.800000 THEN 4 ELSE 5 END AS "band.asset_liability_ratio",
    /* 流动比率 第四条、第三条(五) */ CASE
      WHEN "current_ratio" IS NULL THEN CAST(0 AS SMALLINT)
      WHEN "current_ratio" < 1.0000 THEN 0
      WHEN "current_ratio" < 1.5000 THEN 500
      WHEN "current_ratio" < 2.0000 THEN 600
      ELSE 800
      END AS "points.current_ratio",
    CASE WHEN "current_ratio" IS NULL THEN CAST(0 AS SMALLINT) WHEN "current_ratio" < 1.0000 THEN 4 WHEN "current_ratio" < 1.5000 THEN 3 WHEN "current_ratio" < 2.0000 THEN 2 ELSE 1 END AS "band.current_ratio",
    /* 销售净利率 第四条、第三条(五) */ CASE
      WHEN "net_margin" IS NULL THEN CAST(0 AS SMALLINT)
      WHEN "net_margin" < 0.000000 THEN 0
      WHEN "net_margin" < 0.020000 THEN 300
      WHEN "net_margin" < 0.050000 THEN 500
      WHEN "net_margin" < 0.100000 THEN 600
      ELSE 800
      END AS "points.net_margin",
    CASE WHEN "net_margin" IS NULL THEN CAST(0 AS SMALLINT) WHEN "net_margin" < 0.000000 THEN 5 WHEN "net_margin" < 0.020000 THEN 4 WHEN "net_margin" < 0.050000 THEN 3 WHEN "net_margin" < 0.100000 THEN 2 ELSE 1 END AS "band.net_margin",
    /* 合作年数 第四条、第六条(一) */ CASE
      WHEN "is_new_customer" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "is_new_customer" THEN 0
      WHEN "cooperation_years" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "cooperation_years" >= 5 THEN 600
      WHEN "cooperation_years" >= 3 THEN 400
      WHEN "cooperation_years" >= 1 THEN 200
      ELSE 100
      END AS "points.cooperation",
    CASE WHEN "is_new_customer" IS NULL THEN CAST(0 AS SMALLINT) WHEN "is_new_customer" THEN 1 WHEN "cooperation_years" IS NULL THEN CAST(0 AS SMALLINT) WHEN "cooperation_years" >= 5 THEN 2 WHEN "cooperation_years" >= 3 THEN 3 WHEN "cooperation_years" >= 1 THEN 4 ELSE 5 END AS "band.cooperation",
    /* 近12个月供货额 第四条、第六条(一) */ CASE
      WHEN "is_new_customer" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "is_new_customer" THEN 500
      WHEN "annual_supply" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "annual_supply" >= 5000000.00 THEN 1000
      WHEN "annual_supply" >= 2000000.00 THEN 800
      WHEN "annual_supply" >= 1000000.00 THEN 700
      WHEN "annual_supply" >= 300000.00 THEN 500
      ELSE 200
      END AS "points.supply",
    CASE WHEN "is_new_customer" IS NULL THEN CAST(0 AS SMALLINT) WHEN "is_new_customer" THEN 1 WHEN "annual_supply" IS NULL THEN CAST(0 AS SMALLINT) WHEN "annual_supply" >= 5000000.00 THEN 2 WHEN "annual_supply" >= 2000000.00 THEN 3 WHEN "annual_supply" >= 1000000.00 THEN 4 WHEN "annual_supply" >= 300000.00 THEN 5 ELSE 6 END AS "band.supply",
    /* 回款及时率 第四条、第六条(一) */ CASE
      WHEN "is_new_customer" IS NULL THEN NULL
      WHEN "is_new_customer" THEN 800
      WHEN "on_time_amount_ratio" IS NULL THEN NULL
      WHEN "on_time_amount_ratio" >= 0.980000 THEN 1600
      WHEN "on_time_amount_ratio" > 0.800000 THEN CASE WHEN "on_time_amount_ratio" IS NULL THEN NULL ELSE LEAST(GREATEST((((16 * (CAST("on_time_amount_ratio" * 1000000 AS BIGINT) - 800000)) + 900) // 1800), 0), 1600) END
      ELSE 0
      END AS "points.payment",
    CASE WHEN "is_new_customer" IS NULL THEN CAST(0 AS SMALLINT) WHEN "is_new_customer" THEN 1 WHEN "on_time_amount_ratio" IS NULL THEN CAST(0 AS SMALLINT) WHEN "on_time_amount_ratio" >= 0.980000 THEN 2 WHEN "on_time_amount_ratio" > 0.800000 THEN CASE WHEN "on_time_amount_ratio" IS NOT NULL THEN 3 ELSE 0 END ELSE 4 END AS "band.payment",
    /* 合作紧密度 第四条、第六条(一) */ CASE
      WHEN "is_new_customer" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "is_new_customer" THEN 500
      WHEN "closeness" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "closeness" = '战略合作' THEN 1000
      WHEN "closeness" = '紧密' THEN 700
      WHEN "closeness" = '一般' THEN 500
      ELSE 0
      END AS "points.closeness",
    CASE WHEN "is_new_customer" IS NULL THEN CAST(0 AS SMALLINT) WHEN "is_new_customer" THEN 1 WHEN "closeness" IS NULL THEN CAST(0 AS SMALLINT) WHEN "closeness" = '战略合作' THEN 2 WHEN "closeness" = '紧密' THEN 3 WHEN "closeness" = '一般' THEN 4 ELSE 5 END AS "band.closeness",
    /* 企业性质 第四条 */ CASE "ownership"
      WHEN '国有及国有控股' THEN 400
      WHEN '上市公司及其控股' THEN 400
      WHEN '外商投资' THEN 200
      WHEN '民营企业' THEN 0
      WHEN '个体工商户' THEN 0
      ELSE CAST(0 AS SMALLINT)
      END AS "points.ownership",
    CASE "ownership" WHEN '国有及国有控股' THEN 1 WHEN '上市公司及其控股' THEN 2 WHEN '外商投资' THEN 3 WHEN '民营企业' THEN 4 WHEN '个体工商户' THEN 5 ELSE CAST(0 AS SMALLINT) END AS "band.ownership",
    /* 担保方式 第四条 */ CASE "security"
      WHEN '银行保函' THEN 600
      WHEN '现金保证金' THEN 600
      WHEN '不动产抵押' THEN 400
      WHEN '第三方保证' THEN 200
      WHEN '无' THEN 0
      ELSE CAST(0 AS SMALLINT)
      END AS "points.security",
    CASE "security" WHEN '银行保函' THEN 1 WHEN '现金保证金' THEN 2 WHEN '不动产抵押' THEN 3 WHEN '第三方保证' THEN 4 WHEN '无' THEN 5 ELSE CAST(0 AS SMALLINT) END AS "band.security",
    /* 长期合作从未迟付 第四条、第六条(一) */ CASE
      WHEN "is_new_customer" IS NULL THEN CAST(0 AS SMALLINT)
      WHEN "is_new_customer" THEN 0
      WHEN (("cooperation_years" >= 5) AND ("days_late_max" <= 0)) IS NULL THEN CAST(0 AS SMALLINT)
      WHEN ("cooperation_years" >= 5) AND ("days_late_max" <= 0) THEN 500
      WHEN (("cooperation_years" >= 3) AND ("days_late_max" <= 0)) IS NULL THEN CAST(0 AS SMALLINT)
      WHEN ("cooperation_years" >= 3) AND ("days_late_max" <= 0) THEN 300
      ELSE 0
      END AS "points.always_on_time",
    CASE WHEN "is_new_customer" IS NULL THEN CAST(0 AS SMALLINT) WHEN "is_new_customer" THEN 1 WHEN (("cooperation_years" >= 5) AND ("days_late_max" <= 0)) IS NULL THEN CAST(0 AS SMALLINT) WHEN ("cooperation_years" >= 5) AND ("days_late_max" <= 0) THEN 2 WHEN (("cooperation_years" >= 3) AND ("days_late_max" <= 0)) IS NULL THEN CAST(0 AS SMALLINT) WHEN ("cooperation_years" >= 3) AND ("days_late_max" <= 0) THEN 3 ELSE 4 END AS "band.always_on_time",
    /* 现有逾期 第四条、第六条(一) */ CASE
      WHEN "is_new_customer" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "is_new_customer" THEN 0
      WHEN "overdue_days_max" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "overdue_days_max" <= 0 THEN 0
      WHEN "overdue_days_max" <= 30 THEN 500
      WHEN "overdue_days_max" <= 60 THEN 900
      ELSE 1200
      END AS "points.overdue",
    CASE WHEN "is_new_customer" IS NULL THEN CAST(0 AS SMALLINT) WHEN "is_new_customer" THEN 1 WHEN "overdue_days_max" IS NULL THEN CAST(0 AS SMALLINT) WHEN "overdue_days_max" <= 0 THEN 2 WHEN "overdue_days_max" <= 30 THEN 3 WHEN "overdue_days_max" <= 60 THEN 4 ELSE 5 END AS "band.overdue",
    /* 近12个月纠纷次数 第四条 */ CASE
      WHEN "is_new_customer" IS NULL THEN NULL
      WHEN "is_new_customer" THEN 0
      ELSE ((CASE WHEN "disputes" IS NOT NULL THEN LEAST(6, (2 * CAST("disputes" AS BIGINT))) END) * 100)
      END AS "points.disputes",
    CASE WHEN "is_new_customer" IS NULL THEN CAST(0 AS SMALLINT) WHEN "is_new_customer" THEN 1 ELSE CASE WHEN "disputes" IS NOT NULL THEN 2 ELSE 0 END END AS "band.disputes",
    /* 近24个月被诉欠款次数 第四条 */ CASE
      WHEN "lawsuits" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "lawsuits" <= 0 THEN 0
      WHEN "lawsuits" <= 1 THEN 300
      ELSE 600
      END AS "points.lawsuits",
    CASE WHEN "lawsuits" IS NULL THEN CAST(0 AS SMALLINT) WHEN "lawsuits" <= 0 THEN 1 WHEN "lawsuits" <= 1 THEN 2 ELSE 3 END AS "band.lawsuits",
    /* 拒绝提供资料 第四条、第三条(二) */ CASE
      WHEN "refused_information" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "refused_information" THEN 600
      ELSE 0
      END AS "points.refused_information",
    CASE WHEN "refused_information" IS NULL THEN CAST(0 AS SMALLINT) WHEN "refused_information" THEN 1 ELSE 2 END AS "band.refused_information",
    /* 失信被执行人 第四条 */ "is_dishonest" AS "veto.dishonest",
    /* 吊销、注销或破产重整 第四条 */ (("registration" = '破产重整') OR ("registration" = '吊销') OR ("registration" = '注销')) AS "veto.not_in_business",
    /* 列入经营异常名录 第四条 */ ("registration" = '经营异常') AS "veto.abnormal_registration",
    /* 提供虚假资料 第四条 */ "false_information" AS "veto.false_information",
    /* 与本公司诉讼未结 第四条 */ "in_litigation" AS "veto.in_litigation",
    /* 逾期超过 90 天 第四条 */ COALESCE(("overdue_days_max" > 90), FALSE) AS "veto.long_overdue"
  FROM computed_2
),
-- 合计
totals AS NOT MATERIALIZED (
  SELECT *,
    "points.tax_grade" + "points.asset_liability_ratio" + "points.current_ratio" + "points.net_margin" + "points.ownership" + "points.security" + "points.always_on_time" + "points.years_established" + "points.paid_in_capital" + "points.industry_position" + "points.information" + "points.cooperation" + "points.supply" + "points.closeness" - "points.overdue" - "points.lawsuits" - "points.refused_information" + "points.payment" - "points.disputes" AS total
  FROM points
),
-- 等级: 0 = A; 1 = B; 2 = C; 3 = D
grades AS NOT MATERIALIZED (
  SELECT *,
    CASE WHEN total IS NULL OR "veto.dishonest" IS NULL OR "veto.not_in_business" IS NULL OR "veto.abnormal_registration" IS NULL OR "veto.false_information" IS NULL OR "veto.in_litigation" IS NULL THEN NULL WHEN total < 6000 OR "veto.dishonest" OR "veto.not_in_business" OR "veto.false_information" OR "veto.in_litigation" OR "veto.long_overdue" THEN 3 WHEN total < 7500 OR "veto.abnormal_registration" THEN 2 WHEN total < 9000 THEN 1 ELSE 0 END AS grade
  FROM totals
),
-- 授信额度 (单位 0.01 元)
consequences AS NOT MATERIALIZED (
  SELECT *,
    CAST(CASE grade WHEN 0 THEN ((GREATEST(0, LEAST(50000000000, (COALESCE(CAST("annual_supply" * 100 AS BIGINT), 0) * 25))) // 100000000) * 1000000) WHEN 1 THEN (((CASE WHEN "is_new_customer" IS NULL THEN NULL WHEN "is_new_customer" THEN ((CASE WHEN "paid_in_capital" IS NOT NULL THEN LEAST(20000000, (CAST("paid_in_capital" * 100 AS BIGINT) * 200)) END) * 100) ELSE (CASE WHEN "annual_supply" IS NOT NULL THEN GREATEST(0, (CASE WHEN "annual_supply" IS NOT NULL THEN LEAST(30000000000, (CAST("annual_supply" * 100 AS BIGINT) * 15)) END)) END) END) // 100000000) * 1000000) WHEN 2 THEN (((CASE WHEN "is_new_customer" IS NULL THEN NULL WHEN "is_new_customer" THEN ((CASE WHEN "paid_in_capital" IS NOT NULL THEN LEAST(5000000, (CAST("paid_in_capital" * 100 AS BIGINT) * 100)) END) * 100) ELSE (CASE WHEN "annual_supply" IS NOT NULL THEN GREATEST(0, (CASE WHEN "annual_supply" IS NOT NULL THEN LEAST(10000000000, (CAST("annual_supply" * 100 AS BIGINT) * 6)) END)) END) END) // 100000000) * 1000000) WHEN 3 THEN 0 END AS BIGINT) AS "limit"
  FROM grades
)
SELECT
  "row",
  "customer_id",
  "total",
  "grade",
  "limit",
  "points.years_established",
  "band.years_established",
  "points.paid_in_capital",
  "band.paid_in_capital",
  "points.industry_position",
  "band.industry_position",
  "points.tax_grade",
  "band.tax_grade",
  "points.information",
  "band.information",
  "points.asset_liability_ratio",
  "band.asset_liability_ratio",
  "points.current_ratio",
  "band.current_ratio",
  "points.net_margin",
  "band.net_margin",
  "points.cooperation",
  "band.cooperation",
  "points.supply",
  "band.supply",
  "points.payment",
  "band.payment",
  "points.closeness",
  "band.closeness",
  "points.ownership",
  "band.ownership",
  "points.security",
  "band.security",
  "points.always_on_time",
  "band.always_on_time",
  "points.overdue",
  "band.overdue",
  "points.disputes",
  "band.disputes",
  "points.lawsuits",
  "band.lawsuits",
  "points.refused_information",
  "band.refused_information",
  "veto.dishonest",
  "veto.not_in_business",
  "veto.abnormal_registration",
  "veto.false_information",
  "veto.in_litigation",
  "veto.long_overdue"
FROM consequences
