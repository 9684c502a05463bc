/** Parses a config file and locates its values. Loaded only if there is a file: YAML is half of the code that a start loads. */
import { DrydockError, messageOf } from '../errors.ts';
import { problemAt } from './problem-text.ts';
import { type FileSettings, fileSchema } from './schema.ts';
import { type Document, isMap, isNode, LineCounter, parseDocument, type YAMLError } from './yaml.ts';

type KeyPath = readonly PropertyKey[];

export interface ConfigText {
  readonly settings: FileSettings;
  /** An error about one value. @param text From `problem`. */
  error(key: KeyPath, text: string): DrydockError;
}

/**
 * @param name The name of the file in errors.
 * @throws {DrydockError} USAGE, naming the line.
 */
export function parseConfigText(content: Buffer, name: string): ConfigText {
  const { document, lines } = parseYaml(decode(content, name), name);
  const data = toData(document, name);
  const error = (key: KeyPath, text: string) => problemAt(subjectOf(name, document, lines, key), text);
  const parsed = fileSchema.safeParse(data);
  if (parsed.success) return { settings: parsed.data, error };

  // Zod reports unknown keys last; people read a file from the top.
  const issues = parsed.error.issues
    .map((issue) => ({
      key: issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path,
      text: issue.message,
    }))
    .sort((a, b) => offsetOf(document, a.key) - offsetOf(document, b.key));
  const [first = { key: [], text: 'is not valid' }] = issues;
  throw error(first.key, first.text);
}

function decode(content: Buffer, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch (cause) {
    throw new DrydockError('USAGE', { what: `${name} is not UTF-8 text`, next: 'Save it as UTF-8', cause });
  }
}

function parseYaml(text: string, name: string): { document: Document; lines: LineCounter } {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: 'error',
  });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault === undefined) return { document, lines };

  throw new DrydockError('USAGE', {
    what: `${name}:${lines.linePos(fault.pos[0]).line}: ${faultText(fault, text)}`,
    next: fault.code === 'DUPLICATE_KEY' ? 'Remove one of the two' : 'Correct that line',
    cause: fault,
  });
}

function faultText(fault: YAMLError, text: string): string {
  if (fault.code !== 'DUPLICATE_KEY') return `not valid YAML: ${fault.message}`;
  const key = /^[^:\s]+/.exec(text.slice(fault.pos[0]))?.[0] ?? '';
  return `duplicate key ${key}`.trim();
}

function toData(document: Document, name: string): unknown {
  let data: unknown;
  try {
    data = document.toJS();
  } catch (cause) {
    // An alias without an anchor, or one that expands without end.
    const next = 'Write the value out instead of *alias';
    throw new DrydockError('USAGE', { what: `${name} is not valid YAML: ${messageOf(cause)}`, next, cause });
  }
  if (data === null || data === undefined) {
    const next = 'Write at least one key, such as database: ../data/app.db, or remove the file';
    throw new DrydockError('USAGE', { what: `${name} is empty`, next });
  }
  return data;
}

/** `config/drydock.yaml:7: statistics[1].rule`; for a missing key the line of its parent. */
function subjectOf(name: string, document: Document, lines: LineCounter, key: KeyPath): string {
  if (key.length === 0) return name;
  const label = key.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return `${name}:${lines.linePos(offsetOf(document, key)).line}: ${label.replace(/^\./, '')}`;
}

/** The offset of a key in the text; if it is missing, that of its nearest ancestor. */
function offsetOf(document: Document, key: KeyPath): number {
  const last = key.at(-1);
  if (last === undefined) return 0;
  const parent = key.length === 1 ? document.contents : document.getIn(key.slice(0, -1), true);
  const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === String(last)) : undefined;
  const node = pair === undefined ? document.getIn(key, true) : pair.key;
  return isNode(node) && node.range ? node.range[0] : offsetOf(document, key.slice(0, -1));
}
