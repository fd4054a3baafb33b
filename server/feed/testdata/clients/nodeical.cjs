// Reads a calendar with node-ical, which many small programs use.
const ical = require('node-ical');
const at = t => new Date(t).toISOString().replace('.000', '');
for (const ev of Object.values(ical.sync.parseFile(process.argv[2]))) {
  if (ev.type === 'VEVENT') console.log([ev.uid, at(ev.start), at(ev.end), ev.summary, ev.status, ev.sequence].join('\t'));
}
