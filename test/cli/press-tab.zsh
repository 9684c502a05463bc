# Usage: zsh -f press-tab.zsh <script> <folder> <words> <offered>
# Types words into a zsh that has sourced a completion script, presses Tab, and writes what is offered to a file, one a
# line, and `ended` when that is all.
zmodload zsh/zpty
zpty -b shell zsh -f -i
zpty -w shell "cd -- ${(q)2}; autoload -Uz compinit; compinit -u -D; source ${(q)1}
compadd() {
  if [[ \" \$* \" == *' -'[OAD]' '* ]]; then builtin compadd \"\$@\"; return; fi
  local -a found
  builtin compadd -A found \"\$@\"
  print -rl -- \$found >> ${(q)4}
  builtin compadd \"\$@\"
}
ended() { print -r -- ended >> ${(q)4} }
comppostfuncs=(ended)
zstyle ':completion:*' completer _complete"
zpty -w -n shell "$3"$'\t'
for ((i = 0; i < 300; i++)); do
  [[ $(tail -n 1 -- $4) == ended ]] && exit 0
  zpty -r -t shell shown
  sleep 0.1
done
print -u2 -r -- "zsh has not completed: $shown"
exit 1
