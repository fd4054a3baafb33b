#!/bin/sh
# Installs the libraries of calendar programs that the tests read our feeds with.
set -eu
cd "$(dirname "$0")"
need=
have() { /usr/bin/python3 -c "$1" 2>/dev/null; }
command -v npm >/dev/null || need="$need nodejs npm"
command -v khal >/dev/null || need="$need khal"
command -v vdirsyncer >/dev/null || need="$need vdirsyncer"
have 'import icalendar' || need="$need python3-icalendar"
have 'import recurring_ical_events' || need="$need python3-recurring-ical-events"
have 'import gi; gi.require_version("ICalGLib", "3.0")' || need="$need python3-gi gir1.2-ical-3.0"
if [ -n "$need" ]; then
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	# shellcheck disable=SC2086
	apt-get install -y -qq $need
fi
[ -d node_modules/ical.js ] && [ -d node_modules/node-ical ] || npm install --no-audit --no-fund --no-package-lock --silent
