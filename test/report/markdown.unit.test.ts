import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderReport } from '../../src/api/report.ts';
import { hostile, hostileRecord, long } from './hostile.ts';

test('what stands in Markdown is text and no more, and a table keeps its columns', () => {
  const text = renderReport(hostileRecord, 'markdown');
  const outside = text.replace(/^(`{3,})(?:sql|sh)\n[\s\S]*?\n\1$/gm, '');
  assert.doesNotMatch(outside, /<(?!\/?$)|\0/);
  assert.ok(outside.includes('&lt;script&gt;window.taken = 1&lt;/script&gt;'));
  assert.ok(outside.includes(long), 'an underscore inside a name is left alone');
  assert.match(text, /^## Phases$/m);
  const tables = outside.split('\n\n').filter((block) => block.startsWith('|'));
  assert.equal(tables.length, 5);
  for (const table of tables) {
    const widths = table.split('\n').map((row) => row.replaceAll('\\|', '').split('|').length);
    assert.equal(new Set(widths).size, 1, table);
  }
  // The SQL has a tick in it, which does not end its block.
  assert.ok(
    text.includes(`\n\`\`\`sql\nINSERT INTO t VALUES ('${hostile.replace('\0', '\\u{0}')}'); -- 100,000 times\n`),
  );
});
