WITH
-- 每个客户的事实
facts AS NOT MATERIALIZED (
  SELECT "row",
    "customer_id",
    "order",
    "weight",
    "points_order",
    "销售额",
    "debts",
    "late",
    "kind",
    "listed",
    "cheated",
    "since",
    DATE '2026-06-30' AS "as_of"
  FROM customers
),
-- 由公式算出: 负债率
computed_1 AS NOT MATERIALIZED (
  SELECT *,
    CASE WHEN (((2 * (CAST(CAST("debts" * 100 AS BIGINT) AS HUGEINT) * 1000000)) + CASE WHEN (2 * (CAST(CAST("debts" * 100 AS BIGINT) AS HUGEINT) * 1000000)) < 0 THEN -NULLIF(CAST("销售额" * 100 AS BIGINT), 0) ELSE NULLIF(CAST("销售额" * 100 AS BIGINT), 0) END) // (2 * NULLIF(CAST("销售额" * 100 AS BIGINT), 0))) BETWEEN 0 AND 10000000 THEN CAST(CAST((((2 * (CAST(CAST("debts" * 100 AS BIGINT) AS HUGEINT) * 1000000)) + CASE WHEN (2 * (CAST(CAST("debts" * 100 AS BIGINT) AS HUGEINT) * 1000000)) < 0 THEN -NULLIF(CAST("销售额" * 100 AS BIGINT), 0) ELSE NULLIF(CAST("销售额" * 100 AS BIGINT), 0) END) // (2 * NULLIF(CAST("销售额" * 100 AS BIGINT), 0))) AS DECIMAL(38, 0)) * 0.000001 AS DECIMAL(18, 6)) END AS "debt_ratio"
  FROM facts
),
-- 由公式算出: 年数
computed_2 AS NOT MATERIALIZED (
  SELECT *,
    CAST(CAST((((2 * (DATE_DIFF('DAY', "since", "as_of") * 10)) + CASE WHEN (2 * (DATE_DIFF('DAY', "since", "as_of") * 10)) < 0 THEN -365 ELSE 365 END) // 730) AS DECIMAL(38, 0)) * 0.1 AS DECIMAL(18, 1)) AS "years"
  FROM computed_1
),
-- 由公式算出: 困难
computed_3 AS NOT MATERIALIZED (
  SELECT *,
    (("debt_ratio" > 0.900000) AND ("late" > 60)) AS "in_trouble"
  FROM computed_2
),
-- 各项得分 (单位 0.01 分) 与一票否决
points AS NOT MATERIALIZED (
  SELECT *,
    /* rising 假定 */ CASE
      WHEN "late" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "late" <= 0 THEN 3000
      WHEN "late" <= 30 THEN 2001
      WHEN "late" < 90 THEN 1000
      ELSE 0
      END AS "points.rising",
    CASE WHEN "late" IS NULL THEN CAST(0 AS SMALLINT) WHEN "late" <= 0 THEN 1 WHEN "late" <= 30 THEN 2 WHEN "late" < 90 THEN 3 ELSE 4 END AS "band.rising",
    /* falling 假定 */ CASE
      WHEN "order" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "order" < -20.00 THEN CAST(NULL AS SMALLINT)
      WHEN "order" < 0.00 THEN -300
      WHEN "order" < 10.50 THEN 800
      WHEN "order" <= 20.00 THEN 1200
      ELSE CAST(NULL AS SMALLINT)
      END AS "points.falling",
    CASE WHEN "order" IS NULL THEN CAST(0 AS SMALLINT) WHEN "order" < -20.00 THEN CAST(0 AS SMALLINT) WHEN "order" < 0.00 THEN 3 WHEN "order" < 10.50 THEN 2 WHEN "order" <= 20.00 THEN 1 ELSE CAST(0 AS SMALLINT) END AS "band.falling",
    /* holes 假定 */ CASE
      WHEN "weight" IS NULL THEN CAST(300 AS SMALLINT)
      WHEN (CAST("weight" * 1000000 AS BIGINT) >= (-4500000)) AND (CAST("weight" * 1000000 AS BIGINT) <= 0) THEN 700
      WHEN (CAST("weight" * 1000000 AS BIGINT) > 3000000) AND ((CAST("weight" * 1000000 AS BIGINT) * 10) < 69999999) THEN 300
      ELSE CAST(300 AS SMALLINT)
      END AS "points.holes",
    CASE WHEN "weight" IS NULL THEN CAST(0 AS SMALLINT) WHEN (CAST("weight" * 1000000 AS BIGINT) >= (-4500000)) AND (CAST("weight" * 1000000 AS BIGINT) <= 0) THEN 1 WHEN (CAST("weight" * 1000000 AS BIGINT) > 3000000) AND ((CAST("weight" * 1000000 AS BIGINT) * 10) < 69999999) THEN 2 ELSE CAST(0 AS SMALLINT) END AS "band.holes",
    /* 性质 假定 */ CASE "kind"
      WHEN '政府' THEN 500
      WHEN 'it''s' THEN 300
      ELSE CAST(NULL AS SMALLINT)
      END AS "points.kind",
    CASE "kind" WHEN '政府' THEN 1 WHEN 'it''s' THEN 2 ELSE CAST(0 AS SMALLINT) END AS "band.kind",
    /* cases 假定 */ CASE
      WHEN "listed" IS NULL THEN 150
      WHEN "listed" THEN 1500
      WHEN (("kind" = '政府') AND ("since" < DATE '2020-01-01')) IS NULL THEN 150
      WHEN ("kind" = '政府') AND ("since" < DATE '2020-01-01') THEN 1200
      WHEN "years" IS NULL THEN 150
      WHEN ("years" >= 2.0) AND ("years" <= 5.0) THEN CASE WHEN "order" IS NULL OR "years" IS NULL OR CAST("years" * 10 AS BIGINT) = 0 THEN 150 ELSE LEAST(GREATEST((((2 * ((CASE WHEN CAST("years" * 10 AS BIGINT) < 0 THEN -CAST("order" * 100 AS BIGINT) ELSE CAST("order" * 100 AS BIGINT) END) * 10)) + NULLIF(ABS(CAST("years" * 10 AS BIGINT)), 0)) // (2 * NULLIF(ABS(CAST("years" * 10 AS BIGINT)), 0))), 0), 1500) END
      ELSE GREATEST((((2 * COALESCE(CAST("order" * 100 AS BIGINT), 300)) + 7) // 14), 0)
      END AS "points.cases",
    CASE WHEN "listed" IS NULL THEN CAST(0 AS SMALLINT) WHEN "listed" THEN 1 WHEN (("kind" = '政府') AND ("since" < DATE '2020-01-01')) IS NULL THEN CAST(0 AS SMALLINT) WHEN ("kind" = '政府') AND ("since" < DATE '2020-01-01') THEN 2 WHEN "years" IS NULL THEN CAST(0 AS SMALLINT) WHEN ("years" >= 2.0) AND ("years" <= 5.0) THEN CASE WHEN "order" IS NOT NULL AND "years" IS NOT NULL AND CAST("years" * 10 AS BIGINT) <> 0 THEN 3 ELSE 0 END ELSE 4 END AS "band.cases",
    /* quotient 假定 */ CASE WHEN "销售额" IS NULL OR "debts" IS NULL OR "weight" IS NULL OR CAST("weight" * 1000000 AS BIGINT) = 0 THEN NULL ELSE CAST(LEAST(GREATEST((((2 * ((CASE WHEN CAST("weight" * 1000000 AS BIGINT) < 0 THEN -(CAST((CAST("销售额" * 100 AS BIGINT) - CAST("debts" * 100 AS BIGINT)) AS HUGEINT) * 10000) ELSE (CAST((CAST("销售额" * 100 AS BIGINT) - CAST("debts" * 100 AS BIGINT)) AS HUGEINT) * 10000) END) * 100)) + CASE WHEN (2 * ((CASE WHEN CAST("weight" * 1000000 AS BIGINT) < 0 THEN -(CAST((CAST("销售额" * 100 AS BIGINT) - CAST("debts" * 100 AS BIGINT)) AS HUGEINT) * 10000) ELSE (CAST((CAST("销售额" * 100 AS BIGINT) - CAST("debts" * 100 AS BIGINT)) AS HUGEINT) * 10000) END) * 100)) < 0 THEN -NULLIF(ABS(CAST("weight" * 1000000 AS BIGINT)), 0) ELSE NULLIF(ABS(CAST("weight" * 1000000 AS BIGINT)), 0) END) // (2 * NULLIF(ABS(CAST("weight" * 1000000 AS BIGINT)), 0))), -1000), 1000) AS BIGINT) END AS "points.quotient",
    CASE WHEN "销售额" IS NOT NULL AND "debts" IS NOT NULL AND "weight" IS NOT NULL AND CAST("weight" * 1000000 AS BIGINT) <> 0 THEN 1 ELSE 0 END AS "band.quotient",
    /* whole 假定 */ (((CASE WHEN CAST("order" * 100 AS BIGINT) < 0 THEN (((CAST("order" * 100 AS BIGINT) - 300) + 1) // 300) ELSE (CAST("order" * 100 AS BIGINT) // 300) END) + (CASE WHEN CAST("order" * 100 AS BIGINT) < 0 THEN (CAST("order" * 100 AS BIGINT) // 700) ELSE ((CAST("order" * 100 AS BIGINT) + 699) // 700) END)) * 100) AS "points.whole",
    CASE WHEN "order" IS NOT NULL THEN 1 ELSE 0 END AS "band.whole",
    /* 负债率 假定 */ CASE
      WHEN "debt_ratio" IS NULL THEN CAST(NULL AS SMALLINT)
      WHEN "debt_ratio" < 0.500000 THEN 500
      ELSE 0
      END AS "points.debt_ratio",
    CASE WHEN "debt_ratio" IS NULL THEN CAST(0 AS SMALLINT) WHEN "debt_ratio" < 0.500000 THEN 1 ELSE 2 END AS "band.debt_ratio",
    /* disputes 假定 */ CASE WHEN "points_order" IS NULL OR "order" IS NULL THEN 600 ELSE LEAST((CASE WHEN "points_order" IS NOT NULL AND "order" IS NOT NULL THEN LEAST(((CAST("points_order" AS BIGINT) * 15) * 10), ABS(CAST("order" * 100 AS BIGINT))) END), 600) END AS "points.disputes",
    CASE WHEN "points_order" IS NOT NULL AND "order" IS NOT NULL THEN 1 ELSE 0 END AS "band.disputes",
    /* 造假 假定 */ "cheated" AS "veto.cheated",
    /* 困难 假定 */ COALESCE("in_trouble", FALSE) AS "veto.trouble",
    /* 逾期 假定 */ ("late" > 300) AS "veto.late",
    /* 过重 假定 */ COALESCE(("weight" >= 500.000000), FALSE) AS "veto.heavy",
    /* 负债 假定 */ COALESCE((CAST("debts" * 100 AS BIGINT) > (2 * CAST("销售额" * 100 AS BIGINT))), TRUE) AS "veto.debts"
  FROM computed_3
),
-- 合计
totals AS NOT MATERIALIZED (
  SELECT *,
    "points.holes" + "points.rising" + "points.falling" + "points.kind" + "points.debt_ratio" + "points.cases" - "points.disputes" + "points.quotient" + "points.whole" AS total
  FROM points
),
-- 等级: 0 = A; 1 = B; 2 = C; 3 = D
grades AS NOT MATERIALIZED (
  SELECT *,
    CASE WHEN total IS NULL OR "veto.cheated" IS NULL OR "veto.late" IS NULL THEN NULL WHEN total <= 1000 OR "veto.cheated" OR "veto.debts" THEN 3 WHEN total <= 3000 OR "veto.trouble" OR "veto.late" THEN 2 WHEN total < 5000 OR "veto.heavy" THEN 1 ELSE 0 END AS grade
  FROM totals
),
-- 授信额度 (单位 0.01 元)
consequences AS NOT MATERIALIZED (
  SELECT *,
    CAST(CASE grade WHEN 0 THEN 50000000 WHEN 1 THEN CASE WHEN "销售额" IS NOT NULL THEN LEAST((((CAST("销售额" * 100 AS BIGINT) + 6000000) // 12000000) * 1000000), 200000000) END WHEN 2 THEN CASE WHEN "debts" IS NOT NULL THEN LEAST(GREATEST(((((("total" * 1000) - CAST("debts" * 100 AS BIGINT)) + 500000) // 1000000) * 1000000), 0), 200000000) END END AS BIGINT) AS "limit"
  FROM grades
)
SELECT
  "row",
  "customer_id",
  "total",
  "grade",
  "limit",
  "points.rising",
  "band.rising",
  "points.falling",
  "band.falling",
  "points.holes",
  "band.holes",
  "points.kind",
  "band.kind",
  "points.cases",
  "band.cases",
  "points.quotient",
  "band.quotient",
  "points.whole",
  "band.whole",
  "points.debt_ratio",
  "band.debt_ratio",
  "points.disputes",
  "band.disputes",
  "veto.cheated",
  "veto.trouble",
  "veto.late",
  "veto.heavy",
  "veto.debts"
FROM consequences
