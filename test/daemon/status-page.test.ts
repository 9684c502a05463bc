/** The status page in a real Chromium: on a phone and on a desk, in the light and in the dark, with and without scripts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, needsBrowser, overflow } from '../harness/browser.ts';
import { sqlRevision } from '../harness/files.ts';
import { alembicAt, project, tableRevision } from '../harness/project.ts';
import { configure, dueWindow, startDaemon } from './helpers.ts';

const long = 'a_revision_with_a_name_that_is_as_long_as_some_people_like_to_have_them_and_longer';

test(
  'the status page fits a phone and a desk, is dark where that is wished, and asks nobody else for anything',
  needsBrowser(),
  async (t) => {
    const files = {
      'a1.sql': tableRevision('a1', undefined),
      'a2.sql': tableRevision('a2', 'a1'),
      'a3.sql': sqlRevision(long, 'a2', 'SELECT "<b>nowhere</b>" FROM nowhere;'),
    };
    const it = project(t, files, alembicAt('a1'));
    configure(it, dueWindow(it, 'nightly', 'snapshot, upgrade, verify, vacuum', 'time_zone: UTC'));
    const daemon = await startDaemon(t, it);
    await daemon.until(({ activity, windows }) => activity === null && windows[0]?.lastOpened !== null);
    const { open } = await browser(t);

    for (const viewport of [
      { width: 320, height: 640 },
      { width: 1280, height: 900 },
    ]) {
      const grounds = new Set<string>();
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, complaints, requests } = await open(daemon.url, {
          viewport,
          colorScheme,
          javaScriptEnabled: colorScheme === 'light',
        });
        assert.deepEqual(complaints, []);
        assert.deepEqual(requests, [`${daemon.url}/`, `${daemon.url}/style.css`]);
        const text = (await page.locator('body').textContent()) ?? '';
        for (const said of [
          'Not ready',
          long,
          'nightly',
          'failed: 20 REVISION_FAILED',
          'rollback',
          'no such table: nowhere',
          'sound',
        ]) {
          assert.ok(text.includes(said), said);
        }
        assert.equal(await page.locator('script').count(), 0);
        // What a screen reader is told is there without the colours.
        assert.equal((await page.locator('h1, h2').count()) >= 5, true);
        assert.ok((await page.locator('.timeline li').count()) >= 5);
        if (colorScheme === 'light') {
          assert.equal(await overflow(page), 0, `nothing beyond ${viewport.width} pixels`);
          const narrow = await page.evaluate(
            'Math.min(...[...document.querySelectorAll(".timeline rect")].map((each) => each.getBoundingClientRect().width))',
          );
          assert.ok(Number(narrow) > 0, 'each phase is to be seen');
          grounds.add(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
        } else {
          grounds.add(await page.locator('body').evaluate('getComputedStyle(document.body).backgroundColor'));
        }
        const shots = process.env['SCREENSHOTS'];
        if (shots !== undefined)
          await page.screenshot({ path: `${shots}/status-${viewport.width}-${colorScheme}.png`, fullPage: true });
      }
      assert.equal(grounds.size, 2);
    }

    // A wheel turns without a script: what is folded opens.
    const { page } = await open(daemon.url, { javaScriptEnabled: false });
    await page.locator('details:not([open]) summary').first().click();
    assert.ok((await page.locator('details[open]').count()) >= 2);
  },
);
