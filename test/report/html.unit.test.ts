import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { phaseNames } from '../../src/events.ts';
import { html } from '../../src/report/html/escape.ts';
import { table } from '../../src/report/html/html-table.ts';
import { contentSecurityPolicy, page } from '../../src/report/html/page.ts';
import { time } from '../../src/report/html/time.ts';
import { timeline } from '../../src/report/html/timeline.ts';

test('what is put into a template is escaped, and HTML is not escaped twice', () => {
  const name = `<script>"a" & 'b'</script>`;
  const inner = html`<b title="${name}">${name}</b>`;
  const escaped = '&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;';
  assert.equal(inner.markup, `<b title="${escaped}">${escaped}</b>`);
  assert.equal(html`<p>${[inner, null, false, 0]}</p>`.markup, `<p>${inner.markup}0</p>`);
});

test('a page of its own allows its stylesheet by its hash, and no script and no other host', () => {
  const text = page({ title: 'a < b', body: html`<p>x</p>`, style: 'inline' });
  const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(text) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  assert.equal(
    contentSecurityPolicy('inline'),
    `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
  );
  assert.match(text, /<title>a &lt; b<\/title>/);
  assert.doesNotMatch(text, /<script| style="|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
});

test('every phase has its bar, inside the scale, and one that failed says so in words', () => {
  const phases = phaseNames.map((phase, index) => ({
    phase,
    startMs: index * 100,
    durationMs: index === 3 ? 0 : 100,
    failed: phase === 'commit',
  }));
  const { markup } = timeline(phases, 1_000);
  const bars = [...markup.matchAll(/x="([\d.]+)" y="0" width="([\d.]+)"/g)].map(([, x, width]) => [
    Number(x),
    Number(width),
  ]);
  assert.equal(bars.length, phaseNames.length);
  for (const [x = 0, width = 0] of bars) assert.ok(x >= 0 && width > 0 && x + width <= 1_000.1, `${x} + ${width}`);
  assert.match(markup, /class="failed"[^>]*><\/rect><\/svg><span class="took">100 ms, failed</);
  assert.match(timeline([], 5).markup, /No phase/);
});

test('a table says what it would hold where it is empty, and gives each cell its title for a narrow screen', () => {
  assert.equal(table([{ title: 'Run' }], [], 'No runs yet').markup, '<p class="quiet">No runs yet</p>');
  assert.match(
    table([{ title: 'Size', kind: 'number' }], [['1 <KB>']], '').markup,
    /data-title="Size"><div>1 &lt;KB&gt;</,
  );
});

test('an instant has the exact one for programs', () => {
  const now = new Date('2026-10-25T00:30:00Z');
  assert.equal(
    time(now, 'Europe/Berlin').markup,
    '<time datetime="2026-10-25T00:30:00.000Z">2026-10-25 02:30:00 Europe/Berlin</time>',
  );
});
