#!/bin/sh
# The main job on the shipped samples: everybody's grade, one customer's reasons, and the workbook to hand on.
# `xinheng rate` leaves 1 where some rows could not be rated: that belongs to the demonstration.
set -eu
cd "$(dirname "$0")/.."

policy=leasing
sample=samples/leasing.xlsx
customer=C003
result=demo/leasing-result.xlsx

mkdir -p demo
xinheng rate "$sample" --policy "$policy" -o "$result" || [ $? -eq 1 ]
xinheng explain "$sample" --policy "$policy" --customer "$customer"
echo
echo "$(pwd)/$result"
