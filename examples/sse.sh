#!/usr/bin/env bash
# Server-Sent Events with curl: prints every frame, resumes after interruptions.
# PAYFEED_URL=https://lnbits.example.org PAYFEED_KEY=pfk_… ./sse.sh
set -euo pipefail

feed="${PAYFEED_URL:?}/payfeed/api/v1/sse"
since="${1:-start}"

while true; do
  while IFS= read -r line; do
    case "$line" in
      'id: '*) id="${line#id: }" ;;
      'data: '*) echo "${line#data: }" ;;
      '') since="${id:-$since}" ;;
    esac
    # The key comes in a file that only curl sees: arguments are public.
  done < <(curl --silent --show-error --fail --no-buffer --get \
    --config <(echo "header = \"X-Api-Key: ${PAYFEED_KEY:?}\"") \
    --data-urlencode "since=$since" "$feed")
  echo "interrupted, going on after $since" >&2
  sleep $((RANDOM % 5 + 1))
done
