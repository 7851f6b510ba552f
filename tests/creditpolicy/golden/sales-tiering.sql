WITH
-- 每个客户的事实
facts AS NOT MATERIALIZED (
  SELECT "row",
    "customer_id",
    "annual_sales",
    "credit_standing"
  FROM customers
),
-- 由公式算出: 资信系数
computed_1 AS NOT MATERIALIZED (
  SELECT *,
    CAST(CAST(((CASE WHEN "credit_standing" IS NULL THEN 5 WHEN "credit_standing" IS NULL THEN NULL WHEN "credit_standing" >= 8.00 THEN 10 WHEN "credit_standing" >= 6.00 THEN 7 ELSE 0 END) * 10) AS DECIMAL(38, 0)) * 0.01 AS DECIMAL(18, 2)) AS "credit_factor"
  FROM facts
),
-- 各项得分 (单位 0.01 分) 与一票否决
points AS NOT MATERIALIZED (
  SELECT *,
    /* 年度销售额 等级标准 1 至 4 */ CAST("annual_sales" * 100 AS BIGINT) AS "points.annual_sales",
    CASE WHEN "annual_sales" IS NOT NULL THEN 1 ELSE 0 END AS "band.annual_sales"
  FROM computed_1
),
-- 合计
totals AS NOT MATERIALIZED (
  SELECT *,
    CAST(0 AS BIGINT) + "points.annual_sales" AS total
  FROM points
),
-- 等级: 0 = VIP; 1 = A; 2 = B; 3 = C
grades AS NOT MATERIALIZED (
  SELECT *,
    CASE WHEN total IS NULL THEN NULL WHEN total < 200000000 THEN 3 WHEN total < 500000000 THEN 2 WHEN total <= 1000000000 THEN 1 ELSE 0 END AS grade
  FROM totals
),
-- 授信额度 (单位 0.01 元)
consequences AS NOT MATERIALIZED (
  SELECT *,
    CAST(CASE grade WHEN 0 THEN (((CASE WHEN "annual_sales" IS NOT NULL AND "credit_factor" IS NOT NULL THEN LEAST(10000000000000, ((CAST("annual_sales" * 100 AS BIGINT) * 25) * CAST("credit_factor" * 100 AS BIGINT))) END) // 10000000000) * 1000000) WHEN 1 THEN ((((CAST("annual_sales" * 100 AS BIGINT) * 16) * CAST("credit_factor" * 100 AS BIGINT)) // 10000000000) * 1000000) WHEN 2 THEN (((CAST("annual_sales" * 100 AS BIGINT) * CAST("credit_factor" * 100 AS BIGINT)) // 1000000000) * 1000000) WHEN 3 THEN ((((CAST("annual_sales" * 100 AS BIGINT) * 4) * CAST("credit_factor" * 100 AS BIGINT)) // 10000000000) * 1000000) END AS BIGINT) AS "limit"
  FROM grades
)
SELECT
  "row",
  "customer_id",
  "total",
  "grade",
  "limit",
  "points.annual_sales",
  "band.annual_sales"
FROM consequences
