// Every page works without this file; it only saves a look at the clock.
const pad = n => String(n).padStart(2, '0');
const served = document.body.dataset.now;
const skew = served ? new Date(served) - Date.now() : 0;

function tick() {
  for (const el of document.querySelectorAll('[data-until]')) {
    let s = Math.round((new Date(el.dataset.until) - (Date.now() + skew)) / 1000);
    const over = s < 0;
    s = Math.abs(s);
    el.closest('.timer, .now')?.classList.toggle('over', over);
    const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
    el.textContent = 'clock' in el.dataset ? `${over ? '+' : ''}${h ? h + ':' + pad(m) : m}:${pad(s % 60)}` : `${h ? h + ' h ' : ''}${m} min`;
  }
}
if (document.querySelector('[data-until]')) { tick(); setInterval(tick, 1000); }

// Times of public pages on the reader's own clock.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const as = (options, t) => new Intl.DateTimeFormat('en-GB', { ...options, hour12: false }).format(t);
const day = { weekday: 'short', day: 'numeric', month: 'short' }, clock = { hour: '2-digit', minute: '2-digit' };
for (const el of document.querySelectorAll('[data-local]')) {
  const t = new Date(el.dateTime), kind = el.dataset.local;
  el.title = el.textContent.trim();
  el.textContent = kind === 'time' ? as(clock, t) : kind === 'date' ? as(day, t)
    : `${as(day, t)}, ${as(clock, t)}–${as(clock, new Date(el.dataset.end))}`;
}
for (const el of document.querySelectorAll('[data-tzname]')) el.textContent = `your time zone, ${zone}`;
for (const el of document.querySelectorAll('[data-zone]')) if (el.value === (el.dataset.zone || 'UTC')) el.value = zone;

// What was typed is not lost by a slip.
for (const form of document.querySelectorAll('[data-guard]')) {
  let dirty = false;
  form.addEventListener('input', () => { dirty = true; });
  form.addEventListener('submit', () => { dirty = false; });
  addEventListener('beforeunload', e => { if (dirty) e.preventDefault(); });
}

// A search field narrows the list of its form, and opens what is folded.
for (const field of document.querySelectorAll('[data-filter]')) {
  const all = [...field.form.querySelectorAll(field.dataset.filter)];
  field.parentElement.hidden = false;
  field.addEventListener('keydown', e => { if (e.key === 'Enter') e.preventDefault(); });
  field.addEventListener('input', e => {
    const words = field.value.toLowerCase().split(/\s+/);
    e.stopPropagation();
    for (const one of all) {
      one.hidden = !words.every(w => one.dataset.pick.toLowerCase().includes(w)) && !one.querySelector('input:checked');
      if (field.value && !one.hidden) one.closest('details')?.setAttribute('open', '');
    }
  });
}

// What is wider than the screen is shown where it matters.
for (const one of document.querySelectorAll('[data-timeline] .tl-row:first-of-type .nowline, .graph [aria-current]')) {
  const box = one.closest('[tabindex="0"]');
  box.scrollLeft += one.getBoundingClientRect().left - box.getBoundingClientRect().left - box.clientWidth / 2;
}

// A click on a free place of the timeline means that half hour of the day.
document.querySelector('[data-timeline]')?.addEventListener('click', e => {
  const link = e.target.closest('[data-even]');
  if (!link || !e.detail) return;
  const box = link.getBoundingClientRect(), half = Math.floor(48 * (e.clientX - box.left) / box.width), to = new URL(link.href);
  to.searchParams.set('time', `${pad(half >> 1)}:${half % 2 ? '30' : '00'}`);
  link.href = to;
});

// The preview of the booking form follows the typing, and what newly ticked
// services offer comes with it: after what was typed, never over it.
const form = document.querySelector('[data-preview]'), preview = document.getElementById('preview');
const brought = document.getElementById('brought');
let timer, asked = 0;
form?.addEventListener('input', () => {
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const mine = ++asked, body = new URLSearchParams(new FormData(form));
    body.set('do', 'preview');
    const answer = await fetch(form.action, { method: 'POST', body }).catch(() => null);
    const text = await answer?.text().catch(() => null);
    if (!text || mine !== asked) return;
    const page = new DOMParser().parseFromString(text, 'text/html'), fresh = page.getElementById('preview');
    if (!fresh) return;
    preview.replaceChildren(...fresh.childNodes);
    bring(page, body);
  }, 400);
});

function bring(page, sent) {
  const had = new Set(sent.getAll('brought'));
  const empty = row => ![...row.querySelectorAll('input:not([type=hidden])')].some(i => i.value.trim() || i === document.activeElement);
  for (const row of page.querySelectorAll('.checkrow[data-from]')) {
    if (had.has(row.dataset.from)) continue;
    const rows = [...form.querySelectorAll('.checkrow')], before = rows.find(empty);
    if (before) before.before(row); else rows.at(-1).after(row);
  }
  form.querySelectorAll('.checkrow').forEach((row, i) => row.setAttribute('aria-label', `Check ${i + 1}`));
  const plan = form.elements.rollback_plan, offered = page.getElementById('rollback_plan').value;
  const same = (a, b) => a.replace(/\r\n/g, '\n') === b.replace(/\r\n/g, '\n');
  if (same(plan.value, sent.get('rollback_plan'))) plan.value = offered;
  brought.replaceChildren(...page.getElementById('brought').childNodes);
}

document.querySelector('.summary, .refused')?.focus();
