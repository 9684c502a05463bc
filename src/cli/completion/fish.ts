import type { Completion, Flag } from './completions.ts';

/** https://fishshell.com/docs/current/completions.html */
export function fishScript(completions: readonly Completion[]): string {
  const lines = completions.flatMap((completion) => {
    const when = `complete -c drydock -n ${quote(conditionFor(completion, completions))}`;
    return [
      ...completion.words.map(({ word, description }) => `${when} -a ${quote(word)} -d ${quote(description)}`),
      ...completion.flags.map((flag) => `${when} ${flagWords(flag)}${valueWords(flag)} -d ${quote(flag.description)}`),
    ];
  });
  return `# Completion of drydock in fish. In ~/.config/fish/config.fish: drydock completion fish | source
complete -c drydock -f
${lines.join('\n')}`;
}

/** True if the command is the one being typed: its words are there, and none that leads to another. */
function conditionFor({ path, words }: Completion, completions: readonly Completion[]): string {
  if (path.length === 0) return '__fish_use_subcommand';
  const said = path.map((word) => `__fish_seen_subcommand_from ${word}`);
  const isGroup = completions.some((other) => other.path.length > path.length && other.path[0] === path[0]);
  const below = isGroup ? words.map(({ word }) => word) : [];
  // A command of a group may share its name with a top-level one: `verify`, `snapshot verify`.
  const groups = completions.filter((other) => other.path.length > 1 && path.length === 1 && other.path[1] === path[0]);
  const not = [...below, ...groups.flatMap((other) => other.path[0] ?? [])];
  return [...said, ...(not.length === 0 ? [] : [`not __fish_seen_subcommand_from ${not.join(' ')}`])].join('; and ');
}

function flagWords({ words }: Flag): string {
  return words.map((word) => (word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`)).join(' ');
}

function valueWords({ value }: Flag): string {
  if (value === undefined) return '';
  if (value === 'file') return ' -r -F';
  return value === 'folder' ? ` -x -a ${quote('(__fish_complete_directories)')}` : ' -x';
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
