/** The command line: what each command does is the use case that the API calls too. */
import { complain } from './output.ts'
import { loadProgram } from './program.ts'

// A reader that has seen enough, as `head` does, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const program = await loadProgram(process.argv[2])
await program.parseAsync().catch(complain)
