import { Argument, type Command } from 'commander'
import { allCommands, loadProgram } from './program.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const
type Shell = (typeof SHELLS)[number]

/** What can follow a command: its subcommands, or its options. */
interface Words {
  /** As it is written, without `bestow`; empty: nothing was written yet. */
  path: string
  description: string
  next: string[]
}

export function completionCommands(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in your shell')
    .option('--json', 'print the script in a JSON object')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText(
      'after',
      `
bash:  bestow completion bash > ~/.local/share/bash-completion/completions/bestow
zsh:   bestow completion zsh > "\${fpath[1]}/_bestow"
fish:  bestow completion fish > ~/.config/fish/completions/bestow.fish`,
    )
    .action(async (shell: Shell, { json }: { json?: boolean }) => {
      const script = WRITERS[shell](await readWords())
      process.stdout.write(json ? `${JSON.stringify({ shell, script })}\n` : script)
    })
}

async function readWords(): Promise<Words[]> {
  const program = await loadProgram()
  return [program, ...allCommands(program)].map((command) => ({
    path: pathOf(command),
    description: command.description(),
    next: [
      ...command.commands.map((child) => child.name()),
      ...command.options.map(({ long }) => long!),
      '--help',
    ],
  }))
}

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}`.trim() : ''

/** A case of a shell's `case`, for each command. */
const cases = (words: Words[]): string =>
  words.map(({ path, next }) => `    '${path}') next='${next.join(' ')}' ;;`).join('\n')

/** In both shells: drops from the end what is no command, as arguments and options. */
const FIND = `  while [ -n "$path" ]; do
    case "$known" in *"|$path|"*) break ;; esac
    case "$path" in *' '*) path="\${path% *}" ;; *) path='' ;; esac
  done`

const known = (words: Words[]): string => `|${words.map(({ path }) => path).join('|')}|`

const WRITERS: Record<Shell, (words: Words[]) => string> = {
  bash: (words) => `# bash completion of bestow
_bestow() {
  local path="\${COMP_WORDS[*]:1:COMP_CWORD-1}" known='${known(words)}' next=''
${FIND}
  case "$path" in
${cases(words)}
  esac
  COMPREPLY=($(compgen -W "$next" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _bestow bestow
`,
  zsh: (words) => `#compdef bestow
_bestow() {
  local path="\${words[2,CURRENT-1]}" known='${known(words)}' next=''
${FIND}
  case "$path" in
${cases(words)}
  esac
  compadd -- \${=next}
  [[ "$PREFIX" == -* ]] || _files
}
compdef _bestow bestow
`,
  fish: (words) => `# fish completion of bestow
function __bestow_at
    set -l path (commandline -opc)
    set -e path[1]
    while test (count $path) -gt 0; and not contains -- "$path" $argv[2..]
        set -e path[-1]
    end
    test "$path" = "$argv[1]"
end
set -l known ${words.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`])).join(' ')}
complete -c bestow -f
${words
  .map(({ path, next }) => `complete -c bestow -n "__bestow_at '${path}' $known" -a '${next.join(' ')}'`)
  .join('\n')}
`,
}
