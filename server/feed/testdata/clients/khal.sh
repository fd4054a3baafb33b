#!/bin/sh
# Subscribes to a feed with vdirsyncer, which gives each entry a name of its own,
# and reads what it fetched with khal.
set -eu
url=$1 home=$2
mkdir -p "$home"
cat >"$home/vdirsyncer" <<END
[general]
status_path = "$home/status"
[pair feed]
a = "here"
b = "there"
collections = null
conflict_resolution = "b wins"
[storage here]
type = "filesystem"
path = "$home/calendar"
fileext = ".ics"
[storage there]
type = "http"
url = "$url"
END
cat >"$home/khal" <<END
[calendars]
[[feed]]
path = $home/calendar
[locale]
local_timezone = UTC
default_timezone = UTC
timeformat = %H:%M:%SZ
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%dT%H:%M:%SZ
longdatetimeformat = %Y-%m-%dT%H:%M:%SZ
[sqlite]
path = $home/khal.db
END
mkdir -p "$home/calendar"
export HOME="$home" XDG_CONFIG_HOME="$home" XDG_DATA_HOME="$home" XDG_CACHE_HOME="$home" LC_ALL=C.UTF-8
yes | vdirsyncer -v WARNING -c "$home/vdirsyncer" discover >&2
vdirsyncer -v WARNING -c "$home/vdirsyncer" sync >&2
khal -c "$home/khal" list --once --day-format '' --format '-	{start-long-full}	{end-long-full}	{title}	-	-' 2026-01-01 1460d
