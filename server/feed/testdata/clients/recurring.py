# Reads a calendar with icalendar and recurring_ical_events, which Home Assistant
# and others use.
import sys

import icalendar
import recurring_ical_events

with open(sys.argv[1], "rb") as f:
    calendar = icalendar.Calendar.from_ical(f.read())
for ev in recurring_ical_events.of(calendar).between((2026, 1, 1), (2030, 1, 1)):
    at = lambda name: ev[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ") if ev[name].dt.utcoffset().total_seconds() == 0 else "not in UTC"
    print(ev["UID"], at("DTSTART"), at("DTEND"), ev["SUMMARY"], ev["STATUS"], ev["SEQUENCE"], sep="\t")
