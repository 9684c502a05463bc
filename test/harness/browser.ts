/** A real Chromium that shows a page, and hears of everything that it complains about. */
import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Skipped with the reason on a developer's machine that has none, run and failed where CI says that it must. */
export function needsBrowser(): { skip: string | false } {
  const missing = !existsSync(executablePath) && process.env['CI'] !== 'true';
  return { skip: missing ? `not run: ${executablePath} not found; sh ops/test-tools.sh installs it` : false };
}

export interface Shown {
  readonly page: Page;
  /** Console messages of any kind, errors of scripts, dialogs, requests that failed. */
  readonly complaints: readonly string[];
  /** Every address that was asked for, in order. */
  readonly requests: readonly string[];
}

export interface Browser {
  open(url: string, options?: BrowserContextOptions): Promise<Shown>;
}

export async function browser(t: TestContext): Promise<Browser> {
  // As root Chromium refuses its sandbox; the rest keeps it from asking hosts of its own.
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const running = await chromium.launch({ executablePath, args: [...args, ...quiet] });
  t.after(() => running.close());
  return {
    async open(url, options = {}) {
      const context = await running.newContext(options);
      const page = await context.newPage();
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
      page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
      page.on('dialog', (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('requestfailed', (request) => complaints.push(`request: ${request.url()}`));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(url);
      return { page, complaints, requests };
    },
  };
}

/** How far a page goes beyond its window to the right, in pixels. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
