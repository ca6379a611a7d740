#!/usr/bin/env bash
# Server-Sent Events with curl: prints every frame and resumes after interruptions. A
# connection that is silent for 2.5 heartbeats counts as interrupted.
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
    # The key is in a file that only curl can read: other users see arguments.
  done < <(curl --silent --show-error --fail --no-buffer --get \
    --speed-limit 1 --speed-time 50 \
    --config <(echo "header = \"X-Api-Key: ${PAYFEED_KEY:?}\"") \
    --data-urlencode "since=$since" "$feed")
  pause=$((RANDOM % 5 + 1))
  wait $! || [[ $? != 22 ]] || pause=60 # an HTTP error does not go away soon
  echo "interrupted, resuming after $since in $pause s" >&2
  sleep "$pause"
done
