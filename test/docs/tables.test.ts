import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readEnvironment } from '../../src/config/environment.ts';
import { exitCodes, messageOf } from '../../src/errors.ts';
import { phaseNames } from '../../src/events.ts';
import { ruleNames } from '../../src/lint/rules.ts';
import { projectRoot } from '../harness/files.ts';
import { document, documents, tableRows } from './markdown.ts';

function help(...verb: string[]): string {
  const main = join(projectRoot, 'src', 'cli', 'main.ts');
  return spawnSync(process.execPath, [main, ...verb, '--help'], { encoding: 'utf8' }).stdout;
}

/** The commands that a help text lists, each as its name. */
function commandsIn(text: string): string[] {
  const list = text.slice(text.indexOf('Commands:'));
  return [...list.matchAll(/^ {2}([\w-]+)/gm)].flatMap(([, name]) => (name === 'help' ? [] : [String(name)]));
}

function verbsOfTheCommand(): string[] {
  return commandsIn(help())
    .flatMap((verb) => (verb === 'snapshot' ? commandsIn(help(verb)).map((sub) => `snapshot ${sub}`) : [verb]))
    .sort();
}

/** Every path to a value in a JSON Schema, such as `snapshots.keep` and `statistics[].sql`. */
function keysOf(schema: { properties?: object; items?: object }, prefix = ''): string[] {
  if (schema.items !== undefined) return keysOf(schema.items, `${prefix}[]`);
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    const below = keysOf(value, path);
    return below.length === 0 ? [path] : below;
  });
}

for (const path of ['README.md', 'docs/exit-codes.md']) {
  test(`the exit codes of ${path} are those of the command`, () => {
    const documented = tableRows(document(path))
      .filter(([code, name]) => /^\d+$/.test(code ?? '') && /^[A-Z_]+$/.test(name ?? ''))
      .map(([code, name]) => [name, Number(code)]);
    assert.deepEqual(Object.fromEntries(documented), { ...exitCodes });
  });
}

test('the verbs of the README are those of the command', () => {
  const documented = tableRows(document('README.md')).flatMap(([usage]) => {
    const verb = /^drydock ([a-z -]+?)(?: [[<].*)?$/.exec(usage ?? '')?.[1];
    return verb === undefined ? [] : [verb];
  });
  assert.deepEqual(documented.sort(), verbsOfTheCommand());
});

test('every verb has its object in docs/json.md', () => {
  const headings = [...document('docs/json.md').text.matchAll(/^## (.+)$/gm)].flatMap(([, title]) =>
    String(title).split(', '),
  );
  for (const verb of verbsOfTheCommand()) assert.ok(headings.includes(verb), `docs/json.md has no heading for ${verb}`);
});

test('docs/config.md has every key of the config, every flag, and no variable that nobody reads', () => {
  const config = document('docs/config.md');
  const rows = tableRows(config).map(([key]) => key);
  const schema = JSON.parse(readFileSync(join(projectRoot, 'config', 'drydock.schema.json'), 'utf8'));
  for (const key of keysOf(schema)) assert.ok(rows.includes(key), `docs/config.md has no row for ${key}`);

  const flags = [...help('upgrade').matchAll(/--[a-z-]+/g)].map(([flag]) => flag).filter((flag) => flag !== '--help');
  for (const flag of flags) assert.ok(config.text.includes(flag), `docs/config.md does not name ${flag}`);

  for (const [variable] of config.text.matchAll(/\bDRYDOCK_[A-Z_]+\b/g)) {
    try {
      readEnvironment({ [variable]: 'x' });
    } catch (error) {
      assert.doesNotMatch(messageOf(error), /does not know/);
    }
  }
});

test('every rule of the linter has its page and its row in docs/lint.md, and no page is of a rule that is not', () => {
  const pages = readdirSync(join(projectRoot, 'docs', 'rules')).map((name) => name.replace(/\.md$/, ''));
  assert.deepEqual(pages.sort(), [...ruleNames].sort());
  const rows = tableRows(document('docs/lint.md')).map(
    ([rule]) => /^\[([a-z-]+)\]\(rules\/\1\.md\)$/.exec(rule ?? '')?.[1],
  );
  assert.deepEqual(rows.sort(), pages);
  for (const name of pages) {
    const titles = [...document(`docs/rules/${name}.md`).text.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title);
    assert.deepEqual(titles, [name, 'Why it bites', 'What to do instead', 'How to suppress it']);
  }
});

test('docs/safe-run.md has every phase, in the order in which a run goes through them', () => {
  const headings = [...document('docs/safe-run.md').text.matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  assert.deepEqual(headings, phaseNames);
});

test('docs/recovery.md has every phase of the journal', () => {
  const source = readFileSync(join(projectRoot, 'src', 'run', 'journal.ts'), 'utf8');
  const [, list = ''] = /phaseSchema = z\.enum\(\[([^\]]*)\]/.exec(source) ?? [];
  const phases = [...list.matchAll(/'(\w+)'/g)].map(([, phase]) => phase);
  const rows = tableRows(document('docs/recovery.md')).map(([phase]) => phase);
  assert.ok(phases.length > 0);
  for (const phase of phases) assert.ok(rows.includes(phase), `docs/recovery.md has no row for ${phase}`);
});

test('every link in README.md and docs/ leads to a file', () => {
  for (const { path, text } of documents()) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      if (/^https?:/.test(target)) continue;
      const file = join(projectRoot, dirname(path), target);
      assert.ok(existsSync(file), `${path} links to ${target}, which is not there`);
    }
  }
});
