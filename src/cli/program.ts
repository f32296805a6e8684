import { Command, type CommanderError, Help, type Option } from 'commander'
import { VERSION } from '../platform/version.ts'
import { complain, misused } from './output.ts'

type AddCommands = (program: Command) => void

/** The commands of each module, in the order of the help. */
export const groups: { names: string[]; load: () => Promise<AddCommands> }[] = [
  {
    names: ['start', 'serve', 'worker', 'migrate'],
    load: async () => (await import('./server.ts')).serverCommands,
  },
  { names: ['status'], load: async () => (await import('./status.ts')).statusCommands },
  { names: ['init'], load: async () => (await import('./init.ts')).initCommands },
  { names: ['listen'], load: async () => (await import('./listen.ts')).listenCommands },
  { names: ['trigger'], load: async () => (await import('./trigger.ts')).triggerCommands },
  { names: ['mcp'], load: async () => (await import('./mcp.ts')).mcpCommands },
  { names: ['completion'], load: async () => (await import('./completion.ts')).completionCommands },
  { names: ['accounts'], load: async () => (await import('./accounts.ts')).accountCommands },
  {
    names: ['sites', 'products', 'offers', 'coupons', 'tags', 'segments', 'custom-fields', 'forms'],
    load: async () => (await import('./catalogue.ts')).catalogueCommands,
  },
  {
    names: ['courses', 'podcasts', 'blog-posts', 'landing-pages', 'website-pages'],
    load: async () => (await import('./content.ts')).contentCommands,
  },
  { names: ['keys'], load: async () => (await import('./keys.ts')).keyCommands },
  { names: ['roles'], load: async () => (await import('./roles.ts')).roleCommands },
  { names: ['users'], load: async () => (await import('./users.ts')).userCommands },
  { names: ['contacts'], load: async () => (await import('./contacts.ts')).contactCommands },
  { names: ['members'], load: async () => (await import('./members.ts')).memberCommands },
  { names: ['grant', 'revoke'], load: async () => (await import('./grants.ts')).grantCommands },
  { names: ['import'], load: async () => (await import('./imports.ts')).importCommands },
  { names: ['export'], load: async () => (await import('./exports.ts')).exportCommands },
  { names: ['bulk'], load: async () => (await import('./bulk.ts')).bulkCommands },
  {
    names: ['orders', 'purchases', 'transactions', 'payouts'],
    load: async () => (await import('./sales.ts')).salesCommands,
  },
  { names: ['emails'], load: async () => (await import('./emails.ts')).emailCommands },
  { names: ['jobs'], load: async () => (await import('./jobs.ts')).jobCommands },
  { names: ['secrets'], load: async () => (await import('./secrets.ts')).secretCommands },
  { names: ['clock'], load: async () => (await import('./clock.ts')).clockCommands },
  { names: ['backup', 'restore'], load: async () => (await import('./backup.ts')).backupCommands },
  { names: ['doctor'], load: async () => (await import('./doctor.ts')).doctorCommands },
]

/**
 * The command line. Loading the modules of all commands takes longer than most commands, so it has only those of the
 * named one; all of them when none has this name, for the help and for suggestions.
 */
export async function loadProgram(command?: string): Promise<Command> {
  const program = new Command('bestow')
    .description('An open-source, self-hosted membership server that implements the Kajabi Public API V1.')
    .version(VERSION)
    .configureHelp({ optionDescription })
    .configureOutput({ outputError: (text, write) => write(misused(text)) })
  const named = groups.filter(({ names }) => command !== undefined && names.includes(command))
  for (const { load } of named.length > 0 ? named : groups) {
    const addCommands = await load()
    addCommands(program)
  }
  for (const command of [program, ...allCommands(program)]) command.exitOverride(endWhenMisused)
  return program
}

/** All commands below this one. */
export const allCommands = (command: Command): Command[] =>
  command.commands.flatMap((child) => [child, ...allCommands(child)])

/** Commander has printed the help, the version or what is wrong. */
const endWhenMisused = ({ exitCode }: CommanderError): never => process.exit(exitCode === 0 ? 0 : MISUSE)

/** As commander has it, and whether the option must be given. */
const optionDescription = (option: Option): string =>
  [new Help().optionDescription(option), option.mandatory && '(required)'].filter(Boolean).join(' ')

/** Of a command that is not understood: its name, an option or an argument is wrong. */
const MISUSE = 2

/**
 * Runs one command with its arguments to its end. When it fails, the process ends with one line of error and 1; with 2
 * when it was not understood.
 */
export async function runCommand(args: string[]): Promise<void> {
  if (args.length === 0) return (await import('./next-steps.ts')).printNextSteps()
  const program = await loadProgram(args[0])
  await program.parseAsync(args, { from: 'user' }).catch(complain)
}
