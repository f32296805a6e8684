/** The command line: what each command does is the use case that the API calls too. */
import { runCommand } from './program.ts'

// A reader that has seen enough, as `head` does, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

await runCommand(process.argv.slice(2))
