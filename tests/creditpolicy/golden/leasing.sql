WITH
-- 每个客户的事实
facts AS NOT MATERIALIZED (
  SELECT "row",
    "customer_id",
    "strength",
    "potential",
    "reputation",
    "cumulative_rent",
    "is_new_customer",
    "payment",
    "other",
    "annual_rent",
    "overdue_days_max",
    "is_dishonest",
    "withholds_items"
  FROM customers
),
-- 客户群的整体数字
portfolio AS NOT MATERIALIZED (
  SELECT CAST(CAST(MAX("cumulative_rent") AS DECIMAL(38, 2)) * 100 AS BIGINT) AS "portfolio.max.cumulative_rent"
  FROM facts
),
-- 每个客户配上客户群数字
placed AS NOT MATERIALIZED (
  SELECT *
  FROM facts CROSS JOIN portfolio
),
-- 各项得分 (单位 0.01 分) 与一票否决
points AS NOT MATERIALIZED (
  SELECT *,
    /* 实力 四.2 表、说明2 */ CAST("strength" * 100 AS BIGINT) AS "points.strength",
    CASE WHEN "strength" IS NOT NULL THEN 1 ELSE 0 END AS "band.strength",
    /* 潜力 四.2 表、说明2 */ CAST("potential" * 100 AS BIGINT) AS "points.potential",
    CASE WHEN "potential" IS NOT NULL THEN 1 ELSE 0 END AS "band.potential",
    /* 社会口碑与信用 四.2 表、说明2 */ CAST("reputation" * 100 AS BIGINT) AS "points.reputation",
    CASE WHEN "reputation" IS NOT NULL THEN 1 ELSE 0 END AS "band.reputation",
    /* 累计租赁额 四.2 说明1 */ CASE
      WHEN "is_new_customer" IS NULL THEN NULL
      WHEN "is_new_customer" THEN 1000
      WHEN "cumulative_rent" IS NULL THEN NULL
      WHEN "cumulative_rent" = 0.00 THEN 0
      ELSE CASE WHEN "cumulative_rent" IS NULL OR "portfolio.max.cumulative_rent" IS NULL OR "portfolio.max.cumulative_rent" = 0 THEN NULL ELSE LEAST((((2 * ((15 * CAST("cumulative_rent" * 100 AS BIGINT)) * 100)) + NULLIF("portfolio.max.cumulative_rent", 0)) // (2 * NULLIF("portfolio.max.cumulative_rent", 0))), 1500) END
      END AS "points.cumulative_rent",
    CASE WHEN "is_new_customer" IS NULL THEN CAST(0 AS SMALLINT) WHEN "is_new_customer" THEN 1 WHEN "cumulative_rent" IS NULL THEN CAST(0 AS SMALLINT) WHEN "cumulative_rent" = 0.00 THEN 2 ELSE CASE WHEN "cumulative_rent" IS NOT NULL AND "portfolio.max.cumulative_rent" IS NOT NULL AND "portfolio.max.cumulative_rent" <> 0 THEN 3 ELSE 0 END END AS "band.cumulative_rent",
    /* 付款情况 四.2 表、说明2 */ CAST("payment" * 100 AS BIGINT) AS "points.payment",
    CASE WHEN "payment" IS NOT NULL THEN 1 ELSE 0 END AS "band.payment",
    /* 其他 四.2 表、说明2 */ CAST("other" * 100 AS BIGINT) AS "points.other",
    CASE WHEN "other" IS NOT NULL THEN 1 ELSE 0 END AS "band.other",
    /* 列入失信被执行人名单 假定 */ COALESCE("is_dishonest", FALSE) AS "veto.dishonest",
    /* 逾期超过 90 天 假定 */ COALESCE(("overdue_days_max" > 90), FALSE) AS "veto.long_overdue",
    /* 到期拒不归还租赁物 假定 */ COALESCE("withholds_items", FALSE) AS "veto.items_withheld"
  FROM placed
),
-- 合计
totals AS NOT MATERIALIZED (
  SELECT *,
    "points.strength" + "points.potential" + "points.reputation" + "points.cumulative_rent" + "points.payment" + "points.other" AS total
  FROM points
),
-- 等级: 0 = A; 1 = B; 2 = C; 3 = ungraded
grades AS NOT MATERIALIZED (
  SELECT *,
    CASE WHEN total IS NULL THEN NULL WHEN total < 7000 OR "veto.dishonest" OR "veto.long_overdue" OR "veto.items_withheld" THEN 3 WHEN total < 8000 THEN 2 WHEN total < 9000 THEN 1 ELSE 0 END AS grade
  FROM totals
),
-- 授信额度 (单位 0.01 元)
consequences AS NOT MATERIALIZED (
  SELECT *,
    CAST(CASE grade WHEN 0 THEN ((LEAST(50000000000, GREATEST(2000000000, (COALESCE(CAST("annual_rent" * 100 AS BIGINT), 0) * 25))) // 100000000) * 1000000) WHEN 1 THEN ((LEAST(30000000000, GREATEST(1000000000, (COALESCE(CAST("annual_rent" * 100 AS BIGINT), 0) * 16))) // 100000000) * 1000000) WHEN 2 THEN ((LEAST(5000000000, GREATEST(300000000, (COALESCE(CAST("annual_rent" * 100 AS BIGINT), 0) * 8))) // 100000000) * 1000000) WHEN 3 THEN 0 END AS BIGINT) AS "limit"
  FROM grades
)
SELECT
  "row",
  "customer_id",
  "total",
  "grade",
  "limit",
  "points.strength",
  "band.strength",
  "points.potential",
  "band.potential",
  "points.reputation",
  "band.reputation",
  "points.cumulative_rent",
  "band.cumulative_rent",
  "points.payment",
  "band.payment",
  "points.other",
  "band.other",
  "veto.dishonest",
  "veto.long_overdue",
  "veto.items_withheld"
FROM consequences
