/** What a person types, sets or configures wrongly: one sentence that names it, before anything is opened. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../harness/place.ts';
import { type RefusalCase, refusals } from '../harness/refused-commands.ts';

const configFile = (text: string | Uint8Array) => (here: Place) =>
  writeFileSync(join(here.root, 'config/drydock.yaml'), text);

const commandLine: readonly RefusalCase[] = [
  { wrong: 'no command at all', code: 2, plain: true, args: [], says: [/command is missing/, /drydock --help/] },
  { wrong: 'an unknown command', code: 2, args: ['upgarde'], says: [/'upgarde'/] },
  {
    wrong: 'a command group without its command',
    code: 2,
    plain: true,
    args: ['snapshot'],
    says: [/command is missing/],
  },
  { wrong: 'an unknown command of a group', code: 2, args: ['snapshot', 'make'], says: [/'make'/] },
  { wrong: 'a downgrade without a target', code: 2, args: ['downgrade'], says: [/target/] },
  { wrong: 'a stamp without a target', code: 2, args: ['stamp'], says: [/target/] },
  { wrong: 'a restore without a snapshot', code: 2, args: ['snapshot', 'restore'], says: [/'id'/] },
  { wrong: 'an argument too many', code: 2, args: ['upgrade', 'head', 'again'], says: [/too many arguments/] },
  { wrong: 'an unknown flag', code: 2, plain: true, args: ['upgrade', '--force'], says: [/'--force'/] },
  { wrong: 'a flag without its value', code: 2, args: ['upgrade', '--database'], says: [/--database/] },
  {
    wrong: 'a duration without a unit',
    code: 2,
    args: ['upgrade', '--deadline', '5'],
    says: [/--deadline has no unit: 5/],
  },
  {
    wrong: 'a duration that is none',
    code: 2,
    plain: true,
    args: ['upgrade', '--lock-timeout', 'soon'],
    says: [/--lock-timeout is 'soon'/],
  },
  {
    wrong: 'a duration that is negative',
    code: 2,
    args: ['upgrade', '--busy-timeout', '-5s'],
    says: [/--busy-timeout/, /-5s/],
  },
  {
    wrong: 'a duration past what a timer holds',
    code: 2,
    args: ['upgrade', '--deadline', '60d'],
    says: [/--deadline is too long: 60d/],
  },
  {
    wrong: 'a database in memory',
    code: 2,
    args: ['upgrade', '--database', ':memory:'],
    says: [/--database is ':memory:'/],
  },
  {
    wrong: 'a database as an URL',
    code: 2,
    args: ['upgrade', '--database', 'sqlite:///data/app.db'],
    says: [/'sqlite:\/\/\/data\/app\.db'/],
  },
  {
    wrong: 'a statistic that is two statements',
    code: 2,
    prepare: configFile(
      'database: ../data/app.db\nmigrations: ../migrations\nstatistics: [{ name: two, sql: "SELECT 1; SELECT 2" }]\n',
    ),
    args: ['stats'],
    says: [/'two' cannot be read: it is more than one statement/],
  },
  {
    wrong: 'a script that is to be rehearsed',
    code: 2,
    args: ['upgrade', '--sql', '--rehearse'],
    says: [/--sql runs nothing/],
  },
  {
    wrong: 'a list of runs into the file of a report',
    code: 2,
    args: ['report', '--list', '--output', 'report.html'],
    says: [/--list prints the runs/],
  },
  { wrong: 'an empty database path', code: 2, args: ['upgrade', '--database', ''], says: [/--database has no value/] },
  {
    wrong: 'a database in a folder that is not there',
    code: 2,
    args: ['upgrade', '--database', 'nowhere/app.db'],
    says: [/no directory \S+\/nowhere/],
  },
  {
    wrong: 'a config file that is not there',
    code: 2,
    args: ['upgrade', '--config', 'other.yaml'],
    says: [/other\.yaml does not exist/],
  },
  { wrong: 'a target that no revision has', code: 2, plain: true, args: ['upgrade', '009_none'], says: [/'009_none'/] },
  {
    wrong: 'a target that several revisions have',
    code: 2,
    args: ['upgrade', '00'],
    says: [/'00'/, /001_items/, /002_stock/],
  },
  { wrong: 'more steps up than there are', code: 2, args: ['upgrade', '+9'], says: [/\+9/] },
  { wrong: 'more steps down than there are', code: 2, args: ['downgrade', '-9'], says: [/-9/] },
  { wrong: 'a downgrade to what is ahead', code: 2, args: ['downgrade', '002_stock'], says: [/002_stock/] },
  { wrong: 'a stamp of a revision that is not there', code: 2, args: ['stamp', '009_none'], says: [/'009_none'/] },
  { wrong: 'a look at a revision that is not there', code: 2, args: ['show', '009_none'], says: [/'009_none'/] },
  {
    wrong: 'a restore of a snapshot that is not there',
    code: 2,
    args: ['snapshot', 'restore', '2020'],
    says: [/No snapshot .*'2020'/],
  },
  {
    wrong: 'a restore of the latest snapshot of none',
    code: 2,
    args: ['snapshot', 'restore', 'latest'],
    says: [/There are no snapshots/],
  },
];

const environment: readonly RefusalCase[] = [
  {
    wrong: 'an unknown variable of the environment',
    code: 2,
    plain: true,
    env: { DRYDOCK_DATABSE: 'x' },
    says: [/DRYDOCK_DATABSE/, /DRYDOCK_DATABASE\?/],
  },
  {
    wrong: 'a variable that is set but empty',
    code: 2,
    env: { DRYDOCK_DATABASE: '' },
    says: [/DRYDOCK_DATABASE is set but empty/],
  },
  {
    wrong: 'a variable with a bad duration',
    code: 2,
    env: { DRYDOCK_DEADLINE: '1 minute' },
    says: [/DRYDOCK_DEADLINE is '1 minute'/],
  },
];

const config: readonly RefusalCase[] = [
  {
    wrong: 'an unknown key of the config',
    code: 2,
    plain: true,
    config: 'busy_timout: 5s\n',
    says: [/drydock\.yaml:3: busy_timout is not a known key/, /busy_timeout/],
  },
  {
    wrong: 'an unknown key deep in the config',
    code: 2,
    config: 'snapshots:\n  kep: 3\n',
    says: [/drydock\.yaml:4: snapshots\.kep/],
  },
  {
    wrong: 'a key that stands there twice',
    code: 2,
    config: 'deadline: 5m\ndeadline: 6m\n',
    says: [/drydock\.yaml:4: duplicate key deadline/],
  },
  {
    wrong: 'a cron expression with a bad field',
    code: 2,
    config: "windows:\n  - name: night\n    cron: '0 25 * * *'\n    tasks: [upgrade]\n",
    says: [/drydock\.yaml:5: windows\[0\]\.cron is '0 25 \* \* \*'/],
  },
  {
    wrong: 'a cron expression of prose',
    code: 2,
    config: 'windows:\n  - name: night\n    cron: every night\n    tasks: [upgrade]\n',
    says: [/drydock\.yaml:5: windows\[0\]\.cron is 'every night'/],
  },
  {
    wrong: 'a task that there is not',
    code: 2,
    config: "windows:\n  - name: night\n    cron: '0 4 * * *'\n    tasks: [upgrad]\n",
    says: [/drydock\.yaml:6: windows\[0\]\.tasks\[0\] is 'upgrad'/],
  },
  {
    wrong: 'a time zone that there is not',
    code: 2,
    config: "windows:\n  - name: night\n    cron: '0 4 * * *'\n    time_zone: Mars/Olympus\n    tasks: [upgrade]\n",
    says: [/drydock\.yaml:6: windows\[0\]\.time_zone is 'Mars\/Olympus'/],
  },
  {
    wrong: 'a duration in the config without a unit',
    code: 2,
    config: 'lock_timeout: 300\n',
    says: [/drydock\.yaml:3: lock_timeout has no unit: 300/],
  },
  {
    wrong: 'a size without a unit',
    code: 2,
    config: 'snapshots:\n  max_bytes: 20G\n',
    says: [/snapshots\.max_bytes is '20G'/],
  },
  { wrong: 'a retention that keeps none', code: 2, config: 'snapshots:\n  keep: 0\n', says: [/snapshots\.keep is 0/] },
  {
    wrong: 'a rule that there is not',
    code: 2,
    config: 'statistics:\n  - { name: n, sql: SELECT 1, rule: about the same }\n',
    says: [/statistics\[0\]\.rule/],
  },
  {
    wrong: 'a config that is no YAML',
    code: 2,
    prepare: configFile('database: [unclosed\n'),
    says: [/drydock\.yaml:\d+: not valid YAML/],
  },
  { wrong: 'a config that is empty', code: 2, prepare: configFile('# nothing\n'), says: [/drydock\.yaml is empty/] },
  { wrong: 'a config that is a list', code: 2, prepare: configFile('- database\n'), says: [/drydock\.yaml is a list/] },
  {
    wrong: 'a config that is not UTF-8',
    code: 2,
    prepare: configFile(Buffer.from([0x64, 0x3a, 0x20, 0xff, 0xfe])),
    says: [/drydock\.yaml is not UTF-8/],
  },
  {
    wrong: 'a config that is a folder',
    code: 2,
    prepare: ({ root }) => {
      rmSync(join(root, 'config/drydock.yaml'));
      mkdirSync(join(root, 'config/drydock.yaml'));
    },
    says: [/drydock\.yaml cannot be read/],
  },
  {
    wrong: 'a config that names no database',
    code: 2,
    prepare: configFile('migrations: ../migrations\n'),
    says: [/no database is named/],
  },
  {
    wrong: 'a database path of blanks',
    code: 2,
    prepare: configFile("database: '  '\n"),
    says: [/drydock\.yaml:1: database is ' {2}'/],
  },
];

refusals([...commandLine, ...environment, ...config]);
