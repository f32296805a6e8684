import { VERSION } from '../platform/version.ts'
import { summary } from './status.ts'

/** `bestow` alone: what runs, and what can be done. */
export async function printNextSteps(): Promise<void> {
  const lines = [
    `Bestow ${VERSION}, a membership server that implements the Kajabi Public API V1. ${await summary()}`,
    '',
    '  bestow start                           run everything, with a demo account, for development',
    '  bestow status                          what runs, what waits, what needs attention',
    '  bestow status --env                    settings for your client: KAJABI_API_URL=…',
    '  bestow listen --forward-to <url>       send events to your webhook receiver as they happen',
    '  bestow trigger offer_granted           make one happen',
    '  bestow grant ada@example.com 1         grant an offer',
    '  bestow clock advance 30d               let 30 days pass',
    '  bestow init compose                    files for production',
    '',
    'All commands: bestow --help',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
