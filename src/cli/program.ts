import { Command, Help, type Option } from 'commander'
import { VERSION } from '../platform/version.ts'
import { complain, misused } from './output.ts'

type AddCommands = (program: Command) => void

/** The commands of each module, in the order of the help. */
export const groups: { names: string[]; load: () => Promise<AddCommands> }[] = [
  {
    names: ['start', 'serve', 'worker', 'migrate'],
    load: async () => (await import('./server.ts')).serverCommands,
  },
  { names: ['accounts'], load: async () => (await import('./accounts.ts')).accountCommands },
  {
    names: ['sites', 'products', 'offers', 'tags', 'segments', 'custom-fields', 'forms'],
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
  { names: ['grant', 'revoke'], load: async () => (await import('./grants.ts')).grantCommands },
  { names: ['bulk'], load: async () => (await import('./bulk.ts')).bulkCommands },
  { names: ['emails'], load: async () => (await import('./emails.ts')).emailCommands },
  { names: ['jobs'], load: async () => (await import('./jobs.ts')).jobCommands },
  { names: ['secrets'], load: async () => (await import('./secrets.ts')).secretCommands },
  { names: ['clock'], load: async () => (await import('./clock.ts')).clockCommands },
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
  return program
}

/** As commander has it, and whether the option must be given. */
const optionDescription = (option: Option): string =>
  [new Help().optionDescription(option), option.mandatory && '(required)'].filter(Boolean).join(' ')

/** Runs one command with its arguments to its end. When it fails, the process ends with one line of error. */
export async function runCommand(args: string[]): Promise<void> {
  const program = await loadProgram(args[0])
  await program.parseAsync(args, { from: 'user' }).catch(complain)
}
