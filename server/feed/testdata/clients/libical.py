# Reads a calendar with libical, which Evolution, GNOME Calendar and KOrganizer use.
import sys

import gi

gi.require_version("ICalGLib", "3.0")
from gi.repository import ICalGLib as ICal

with open(sys.argv[1], encoding="utf-8") as f:
    calendar = ICal.Component.new_from_string(f.read())
if calendar.count_errors() or not ICal.restriction_check(calendar):
    sys.exit("libical finds fault with it:\n" + calendar.as_ical_string())


def at(t):
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % (t.get_year(), t.get_month(), t.get_day(), t.get_hour(), t.get_minute(), t.get_second()) if t.is_utc() else "not in UTC"


ev = calendar.get_first_component(ICal.ComponentKind.VEVENT_COMPONENT)
while ev:
    status = ICal.Property.status_to_string(ev.get_status())
    print(ev.get_uid(), at(ev.get_dtstart()), at(ev.get_dtend()), ev.get_summary(), status, ev.get_sequence(), sep="\t")
    ev = calendar.get_next_component(ICal.ComponentKind.VEVENT_COMPONENT)
