import { shellWord } from '../../files/shell-word.ts';
import type { Completion, Word } from './completions.ts';
import { commandCases, valueCases } from './find-command.ts';

/** https://zsh.sourceforge.io/Doc/Release/Completion-System.html */
export function zshScript(completions: readonly Completion[]): string {
  const wordCases = completions.map(({ path, words, flags }) => {
    const options = flags.flatMap((flag) => flag.words.map((word) => ({ word, description: flag.description })));
    return `${shellWord(path.join(' '))}) words_here=(${describe(words)}); flags_here=(${describe(options)}) ;;`;
  });
  const values = valueCases(completions, { file: '_files; return', folder: '_files -/; return', other: 'return' });
  return `#compdef drydock
# Completion of drydock in zsh. In ~/.zshrc, after compinit: source <(drydock completion zsh)
_drydock() {
  local command='' i
  local -a words_here flags_here
  for ((i = 2; i < CURRENT; i++)); do
    case "$command:\${words[i]}" in
      ${commandCases(completions).join('\n      ')}
    esac
  done
  case "$command:\${words[CURRENT - 1]}" in
    ${values.join('\n    ')}
  esac
  case "$command" in
    ${wordCases.join('\n    ')}
  esac
  (( \${#words_here} )) && _describe command words_here
  _describe -o option flags_here
}
if [[ "\${funcstack[1]}" == _drydock ]]; then _drydock "$@"; else compdef _drydock drydock; fi`;
}

/** `word:description`, the form that _describe takes; a colon in the word would end it. */
function describe(words: readonly Word[]): string {
  return words.map(({ word, description }) => shellWord(`${word.replaceAll(':', '\\:')}:${description}`)).join(' ');
}
