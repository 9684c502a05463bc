/** A report in a real browser: nothing in it but what it says, on a phone, in the dark, on paper. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { renderReport } from '../../src/api/report.ts';
import { browser, needsBrowser, overflow } from '../harness/browser.ts';
import { testFolder } from '../harness/files.ts';
import { hostile, hostileRecord, long } from './hostile.ts';

/** NUL has no place in HTML. */
const shown = hostile.replace('\0', '\\u{0}');

test(
  'a report is one file that complains of nothing, and runs nothing that a name holds',
  needsBrowser(),
  async (t) => {
    const file = join(testFolder(t), 'report.html');
    writeFileSync(file, renderReport(hostileRecord, 'html'));
    const url = pathToFileURL(file).href;
    const { open } = await browser(t);

    for (const viewport of [
      { width: 320, height: 640 },
      { width: 1200, height: 900 },
    ]) {
      const { page, complaints, requests } = await open(url, { viewport });
      assert.deepEqual([complaints, requests], [[], [url]]);
      assert.equal(await page.evaluate('window.taken'), undefined);
      assert.equal(await page.locator('script, img, iframe, object, form').count(), 0);
      assert.equal(await overflow(page), 0, `nothing beyond ${viewport.width} pixels`);
      const text = String(await page.locator('body').textContent());
      for (const said of [shown, long, 'NOT_RESTORED (24)', '100,000 times', 'and 7 more statements', '3 min 20 s']) {
        assert.ok(text.includes(said), said);
      }
      assert.equal(await page.title(), `Upgrade of ${long}.db: NOT_RESTORED (24)`);
    }

    const plain = await open(url, { javaScriptEnabled: false, colorScheme: 'dark' });
    assert.deepEqual(plain.complaints, []);
    const ground = (of: typeof plain) =>
      of.page.locator('body').evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await open(url, { colorScheme: 'dark' });
    const light = await open(url, { colorScheme: 'light' });
    assert.notEqual(await ground(dark), await ground(light));

    const folded = light.page.locator('details:not([open]) pre');
    assert.equal(await folded.count(), 1, 'what is long is folded');
    assert.equal(await folded.isVisible(), false);
    await light.page.emulateMedia({ media: 'print' });
    assert.equal(await folded.isVisible(), true, 'and unfolded on paper');
    await light.page.emulateMedia({ media: 'screen' });
    await light.page.locator('details:not([open]) summary').click();
    assert.equal(await light.page.locator('details:not([open])').count(), 0, 'without a script');
  },
);
