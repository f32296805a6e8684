import { Command } from 'commander'
import { VERSION } from '../platform/version.ts'
import { accountCommands } from './accounts.ts'
import { catalogueCommands } from './catalogue.ts'
import { clockCommands } from './clock.ts'
import { contactCommands } from './contacts.ts'
import { doctorCommands } from './doctor.ts'
import { emailCommands } from './emails.ts'
import { grantCommands } from './grants.ts'
import { jobCommands } from './jobs.ts'
import { keyCommands } from './keys.ts'
import { misused } from './output.ts'
import { secretCommands } from './secrets.ts'
import { serverCommands } from './server.ts'
import { userCommands } from './users.ts'

export const program = new Command('bestow')
  .description('An open-source, self-hosted membership server that implements the Kajabi Public API V1.')
  .version(VERSION)
  .configureOutput({ outputError: (text, write) => write(misused(text)) })

for (const addCommands of [
  serverCommands,
  accountCommands,
  catalogueCommands,
  keyCommands,
  userCommands,
  contactCommands,
  grantCommands,
  emailCommands,
  jobCommands,
  secretCommands,
  clockCommands,
  doctorCommands,
]) {
  addCommands(program)
}
