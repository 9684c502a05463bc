import { shellWord } from '../../files/shell-word.ts';
import type { Completion } from './completions.ts';
import { commandCases, valueCases } from './find-command.ts';

/** https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html */
export function bashScript(completions: readonly Completion[]): string {
  const wordCases = completions.map(({ path, words, flags }) => {
    const all = [...words.map(({ word }) => word), ...flags.flatMap((flag) => flag.words)];
    return `${shellWord(path.join(' '))}) words=${shellWord(all.join(' '))} ;;`;
  });
  const values = valueCases(completions, {
    file: 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current"); return',
    folder: 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$current"); return',
    other: 'return',
  });
  return `# Completion of drydock in bash. In ~/.bashrc: source <(drydock completion bash)
_drydock() {
  local current=\${COMP_WORDS[COMP_CWORD]} command='' words='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command:\${COMP_WORDS[i]}" in
      ${commandCases(completions).join('\n      ')}
    esac
  done
  case "$command:\${COMP_WORDS[COMP_CWORD - 1]}" in
    ${values.join('\n    ')}
  esac
  case "$command" in
    ${wordCases.join('\n    ')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _drydock drydock`;
}
