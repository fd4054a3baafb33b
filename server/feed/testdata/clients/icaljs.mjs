// Reads a calendar with ical.js, which Thunderbird uses.
import { readFileSync } from 'node:fs';
import ICAL from 'ical.js';
const calendar = new ICAL.Component(ICAL.parse(readFileSync(process.argv[2], 'utf8')));
for (const one of calendar.getAllSubcomponents('vevent')) {
  const ev = new ICAL.Event(one);
  const at = t => t.toJSDate().toISOString().replace('.000', '');
  console.log([ev.uid, at(ev.startDate), at(ev.endDate), ev.summary, one.getFirstPropertyValue('status'), ev.sequence].join('\t'));
}
