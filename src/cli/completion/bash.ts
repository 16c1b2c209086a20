import { allCommands, type CommandNode, type OptionNode, quoted, type Values } from './commands.ts';

/** Completion for bash 3.2 and later, without the bash-completion package. */
export function bash(root: CommandNode): string {
  const commands = allCommands(root);
  const below = commands.filter(({ path }) => path.length > 1);
  return `# Completes seaworthy in bash. Made by: seaworthy completion bash
_seaworthy() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command=seaworthy i
  COMPREPLY=()
  # bash takes --format=json as three words.
  if [[ $cur == = ]]; then cur=''
  elif [[ $prev == = ]]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command \${COMP_WORDS[i]}" in
      ${below.map(({ path }) => quoted(path.join(' '))).join(' | ')}) command="$command \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$command $prev" in
${commands.flatMap((command) => command.options.flatMap((option) => valueCase(command, option))).join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case "$command" in
${commands.map((command) => `      ${quoted(command.path.join(' '))}) _seaworthy_words ${quoted(optionWords(command))} ;;`).join('\n')}
    esac
    return
  fi
  case "$command" in
${commands.map((command) => `    ${quoted(command.path.join(' '))}) ${placeAction(command)} ;;`).join('\n')}
  esac
}
_seaworthy_words() {
  compopt +o default 2>/dev/null
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}
_seaworthy_reference() {
  local file
  if [[ $cur == *://* || ( $prev == : && $cur == //* ) ]]; then
    compopt +o default 2>/dev/null
  elif [[ $cur == *:* && $COMP_WORDBREAKS != *:* ]]; then
    while IFS= read -r file; do COMPREPLY+=("\${cur%%:*}:$file"); done < <(compgen -f -- "\${cur#*:}")
  elif [[ -n $cur && $cur != : && -z $(compgen -f -- "$cur") ]]; then
    _seaworthy_words "$1"
    compopt -o nospace 2>/dev/null
  fi
}
complete -o default -F _seaworthy seaworthy
`;
}

function valueCase({ path }: CommandNode, { short, long, values }: OptionNode): string[] {
  if (values === undefined) return [];
  const names = [short, long].filter((name) => name !== undefined);
  const patterns = names.map((name) => quoted([...path, name].join(' '))).join(' | ');
  return [`    ${patterns}) ${valueAction(values)}; return ;;`];
}

function valueAction(values: Values): string {
  if (values.kind === 'choices') return `_seaworthy_words ${quoted(values.choices.join(' '))}`;
  if (values.kind === 'references') return `_seaworthy_reference ${quoted(values.schemes.join(' '))}`;
  // For files no answer of ours, so that readline completes their names.
  return values.kind === 'files' ? ':' : "_seaworthy_words ''";
}

function placeAction({ children, argument }: CommandNode): string {
  if (children.length > 0) return `_seaworthy_words ${quoted(children.map(({ path }) => path.at(-1)).join(' '))}`;
  return valueAction(argument ?? { kind: 'any' });
}

function optionWords({ options }: CommandNode): string {
  return options.map(({ long }) => long).join(' ');
}
