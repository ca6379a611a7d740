#!/usr/bin/env bash
# A WebSocket in the terminal. Install it with: npm install -g wscat
# PAYFEED_URL=http://localhost:5000 PAYFEED_KEY=pfk_… ./wscat.sh
# Type {"type":"ping"} and press Enter: the server answers with a pong.
set -euo pipefail

exec wscat --header "X-Api-Key: ${PAYFEED_KEY:?}" \
  --connect "ws${PAYFEED_URL#http}/payfeed/api/v1/ws?since=${1:-start}"
