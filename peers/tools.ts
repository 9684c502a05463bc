/** The tools side by side: how each wants its migrations written, and how it is told to apply what is pending. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The same for every tool, which gets it in its own words. */
export interface Migration {
  /** Letters, digits and underscores. */
  readonly name: string;
  readonly up: readonly string[];
  readonly down: readonly string[];
}

/** A folder of one project, in which commands are run, with its database `app.db`. */
export interface Site {
  readonly folder: string;
  readonly database: string;
}

export interface Tool {
  readonly name: string;
  /** How it is used here, for the reader of the table. */
  readonly usage: string;
  version(): string;
  /** Tables, and files beside the database, that are the tool's own books. */
  readonly books: RegExp;
  /** Writes the project anew, with exactly these migrations. */
  write(site: Site, migrations: readonly Migration[]): void;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

const peersFolder = fileURLToPath(new URL('.', import.meta.url));
const projectRoot = fileURLToPath(new URL('..', import.meta.url));
const kysely = pathToFileURL(join(peersFolder, 'node_modules/kysely/dist/index.js')).href;

export const dbmateBinary = join(peersFolder, `node_modules/@dbmate/${process.platform}-${process.arch}/bin/dbmate`);
const dbmateArguments = ['--url', 'sqlite:app.db', '--migrations-dir', 'migrations', '--no-dump-schema', 'up'];

export const drydock: Tool = {
  name: 'Drydock',
  usage: '`drydock upgrade`',
  version: () => versionIn(join(projectRoot, 'package.json')),
  books: /^(alembic_version|drydock_history)$/,
  write: (site, migrations) =>
    writeMigrations(site, migrations, '.sql', ({ name, up, down }, previous) => [
      `-- revision: ${name}`,
      `-- revises: ${previous ?? 'none'}`,
      '-- migrate:up',
      // Drydock has enforcement off for the whole run, and says so to a revision that wants to switch it.
      ...statements(up.filter((sql) => !sql.startsWith('PRAGMA foreign_keys'))),
      '-- migrate:down',
      ...statements(down),
    ]),
  command: [
    process.execPath,
    join(projectRoot, 'dist/drydock.cjs'),
    'upgrade',
    '--database',
    'app.db',
    '--migrations',
    'migrations',
  ],
};

const alembic: Tool = {
  name: 'Alembic',
  usage: '`alembic upgrade head`, the project made by `alembic init`',
  version: () => /[\d.]+\d/.exec(debian('alembic', '--version'))?.[0] ?? 'unknown',
  books: /^alembic_version$/,
  write(site, migrations) {
    const ini = join(site.folder, 'alembic.ini');
    rmSync(ini, { force: true });
    rmSync(join(site.folder, 'migrations'), { recursive: true, force: true });
    execFileSync('/usr/bin/alembic', ['init', 'migrations'], { cwd: site.folder, stdio: 'pipe' });
    const text = readFileSync(ini, 'utf8').replace(/^sqlalchemy\.url = .*$/m, 'sqlalchemy.url = sqlite:///app.db');
    writeFileSync(ini, text);
    for (const [index, { name, up, down }] of migrations.entries()) {
      const previous = migrations[index - 1]?.name;
      const body = (sql: readonly string[]) => sql.map((one) => `    op.execute("""${one}""")`).join('\n');
      writeFileSync(
        join(site.folder, 'migrations/versions', `${name}.py`),
        [
          'from alembic import op',
          `revision = '${name}'`,
          `down_revision = ${previous === undefined ? 'None' : `'${previous}'`}`,
          `def upgrade() -> None:\n${body(up)}`,
          `def downgrade() -> None:\n${body(down)}`,
          '',
        ].join('\n'),
      );
    }
  },
  command: ['/usr/bin/alembic', 'upgrade', 'head'],
};

const dbmate: Tool = {
  name: 'dbmate',
  usage: '`dbmate up`, the static binary, without the dump of the schema',
  version: () => versionOf('dbmate'),
  books: /^schema_migrations$/,
  write: (site, migrations) =>
    writeMigrations(site, migrations, '.sql', ({ up, down }) => [
      '-- migrate:up',
      ...statements(up),
      '-- migrate:down',
      ...statements(down),
    ]),
  command: [dbmateBinary, ...dbmateArguments],
};

/** What `npx dbmate` starts once npx has found it. */
export const dbmateThroughNode: Tool = {
  ...dbmate,
  name: 'dbmate through npm',
  usage: "`dbmate up` through its npm package's launcher",
  command: [process.execPath, join(peersFolder, 'node_modules/dbmate/dist/cli.js'), ...dbmateArguments],
};

const knex: Tool = {
  name: 'knex',
  usage: '`knex.migrate.latest()` with better-sqlite3',
  version: () => versionOf('knex'),
  books: /^knex_/,
  write: (site, migrations) =>
    writeMigrations(site, migrations, '.cjs', ({ up, down }) => [
      javascript('exports.up = async function (knex)', up, (sql) => `await knex.raw(${sql});`),
      javascript('exports.down = async function (knex)', down, (sql) => `await knex.raw(${sql});`),
    ]),
  command: program('knex.js'),
};

const drizzle: Tool = {
  name: 'drizzle-orm',
  usage: '`migrate(db, { migrationsFolder })` with better-sqlite3, as CommonJS, which loads faster',
  version: () => versionOf('drizzle-orm'),
  books: /^__drizzle_migrations$/,
  write(site, migrations) {
    const names = writeMigrations(site, migrations, '.sql', ({ up }) => [up.join(';\n--> statement-breakpoint\n')]);
    const entries = names.map((tag, idx) => ({
      idx,
      version: '6',
      when: 1_767_225_600_000 + idx,
      tag,
      breakpoints: true,
    }));
    mkdirSync(join(site.folder, 'migrations/meta'));
    const journal = { version: '7', dialect: 'sqlite', entries };
    writeFileSync(join(site.folder, 'migrations/meta/_journal.json'), JSON.stringify(journal, undefined, 2));
  },
  command: program('drizzle.cjs'),
};

const umzug: Tool = {
  name: 'umzug',
  usage: '`umzug.up()` over SQL files with better-sqlite3, its log in a table',
  version: () => versionOf('umzug'),
  books: /^umzug_migrations$/,
  write: (site, migrations) => writeMigrations(site, migrations, '.sql', ({ up }) => statements(up)),
  command: program('umzug.js'),
};

const kyselyTool: Tool = {
  name: 'kysely',
  usage: '`migrator.migrateToLatest()` with better-sqlite3',
  version: () => versionOf('kysely'),
  books: /^kysely_/,
  write: (site, migrations) =>
    writeMigrations(site, migrations, '.mjs', ({ up, down }) => [
      `import { sql } from '${kysely}';`,
      javascript('export async function up(db)', up, (sql) => `await sql${sql}.execute(db);`),
      javascript('export async function down(db)', down, (sql) => `await sql${sql}.execute(db);`),
    ]),
  command: program('kysely.js'),
};

const sqitch: Tool = {
  name: 'sqitch',
  usage: '`sqitch deploy`, scripts with the BEGIN and COMMIT of its template, revert scripts written',
  version: () => /v?([\d.]+\d)/.exec(debian('sqitch', '--version'))?.[1] ?? 'unknown',
  books: /^(?!)/,
  write(site, migrations) {
    for (const kind of ['deploy', 'revert'] as const) {
      rmSync(join(site.folder, kind), { recursive: true, force: true });
      mkdirSync(join(site.folder, kind));
      for (const { name, up, down } of migrations) {
        const body = ['BEGIN;', ...statements(kind === 'deploy' ? up : down), 'COMMIT;', ''];
        writeFileSync(join(site.folder, kind, `${name}.sql`), body.join('\n'));
      }
    }
    const changes = migrations.map(({ name }) => `${name} 2026-01-01T00:00:00Z Peers <peers@example.com> # ${name}`);
    const plan = ['%syntax-version=1.0.0', '%project=peers', '', ...changes, ''];
    writeFileSync(join(site.folder, 'sqitch.plan'), plan.join('\n'));
    writeFileSync(join(site.folder, 'sqitch.conf'), '[core]\n\tengine = sqlite\n');
  },
  command: ['/usr/bin/sqitch', 'deploy', 'db:sqlite:app.db'],
  env: { SQITCH_FULLNAME: 'Peers', SQITCH_EMAIL: 'peers@example.com' },
};

const adapter = pathToFileURL(join(peersFolder, 'node_modules/@prisma/adapter-better-sqlite3/dist/index.mjs')).href;

const prisma: Tool = {
  name: 'prisma',
  usage: '`prisma migrate deploy` with its JavaScript engine and better-sqlite3, so that no engine is downloaded',
  version: () => versionOf('prisma'),
  books: /^_prisma_migrations$/,
  write(site, migrations) {
    const folder = join(site.folder, 'prisma/migrations');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [index, { name, up }] of migrations.entries()) {
      const migration = join(folder, `${20_260_101_000_000 + index}_${name}`);
      mkdirSync(migration);
      writeFileSync(join(migration, 'migration.sql'), `${statements(up).join('\n')}\n`);
    }
    writeFileSync(join(folder, 'migration_lock.toml'), 'provider = "sqlite"\n');
    writeFileSync(
      join(site.folder, 'prisma/schema.prisma'),
      [
        'datasource db {\n  provider = "sqlite"\n  url = "file:app.db"\n}',
        'generator client {\n  provider = "prisma-client"\n  engineType = "client"\n  output = "../generated"\n}\n',
      ].join('\n'),
    );
    writeFileSync(
      join(site.folder, 'prisma.config.ts'),
      `import { PrismaBetterSQLite3 } from '${adapter}';
export default {
  engine: 'js',
  experimental: { adapter: true },
  schema: 'prisma/schema.prisma',
  adapter: async () => new PrismaBetterSQLite3({ url: 'file:app.db' }),
};
`,
    );
  },
  command: [process.execPath, join(peersFolder, 'node_modules/prisma/build/index.js'), 'migrate', 'deploy'],
  // It would ask its maker's server for a newer version.
  env: { CHECKPOINT_DISABLE: '1' },
};

export const tools: readonly Tool[] = [drydock, alembic, dbmate, knex, drizzle, sqitch, umzug, kyselyTool, prisma];

/** @returns The names of the files, without their ending. */
function writeMigrations(
  site: Site,
  migrations: readonly Migration[],
  ending: string,
  lines: (migration: Migration, previous: string | undefined) => readonly string[],
): string[] {
  const folder = join(site.folder, 'migrations');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return migrations.map((migration, index) => {
    const name = `${20_260_101_000_000 + index}_${migration.name}`;
    writeFileSync(join(folder, `${name}${ending}`), `${lines(migration, migrations[index - 1]?.name).join('\n')}\n`);
    return name;
  });
}

function statements(sql: readonly string[]): string[] {
  return sql.map((one) => `${one};`);
}

function javascript(head: string, sql: readonly string[], call: (sql: string) => string): string {
  return `${head} {\n${sql.map((one) => `  ${call(`\`${one}\``)}`).join('\n')}\n}${head.startsWith('exports') ? ';' : ''}`;
}

function program(name: string): readonly [string, ...string[]] {
  return [process.execPath, join(peersFolder, 'programs', name), 'app.db', 'migrations'];
}

/** From Debian's own place: another installation may stand before it in the path. */
function debian(command: string, flag: string): string {
  return execFileSync(join('/usr/bin', command), [flag], { encoding: 'utf8' });
}

function versionOf(name: string): string {
  return versionIn(join(peersFolder, 'node_modules', name, 'package.json'));
}

function versionIn(path: string): string {
  return JSON.parse(readFileSync(path, 'utf8')).version;
}
