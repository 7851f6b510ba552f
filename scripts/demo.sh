#!/bin/sh
# The invented company: made in demo/, rated by the policy $PACK, and served on port $PORT until Ctrl+C.
# SERVE=0, or a machine where nobody watches (CI=true), ends before serving.
set -eu
cd "$(dirname "$0")/.."

[ "${SERVE:-1}" != 0 ] && [ "${CI:-}" != true ] || set -- --no-serve
exec xinheng demo --policy "${PACK:-leasing}" --port "${PORT:-8000}" "$@"
