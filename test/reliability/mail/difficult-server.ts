/** A mail server that refuses, dawdles and hangs up, at every stage of the dialogue. */
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { refusal } from '../../../src/testing/smtp.ts'
import type { Random } from '../random.ts'

export type Stage = 'greeting' | 'sender' | 'recipient' | 'message'

/** A copy of an e-mail that the server has taken. */
export interface Copy {
  messageId: string
  /** On the clock of performance.now(). */
  at: number
  /** The client was told so; otherwise it was hung up on before, or was not there any more. */
  isAnswered: boolean
}

export interface DifficultServer {
  url: string
  copies: Copy[]
  /** What was said to refuse an e-mail for good, by its recipient. */
  refusals: Map<string, string[]>
  /** How often it did what, as in "cut at sender". */
  tally: Record<string, number>
  close: () => Promise<void>
}

interface Chances {
  refuseNow: number
  refuseForGood: number
  delay: number
  cut: number
}

/** Of each stage; an e-mail goes through three or four of them. */
const CHANCES: Chances = { refuseNow: 0.04, refuseForGood: 0.03, delay: 0.05, cut: 0.03 }
const LONGEST_DELAY_MS = 2_000
/** What a server says about the client or the sender is no verdict about the e-mail. */
const VERDICTS: Stage[] = ['recipient', 'message']

type Answer = (error?: Error | null) => void

export async function startDifficultServer(random: Random): Promise<DifficultServer> {
  const sockets = new Map<number, Socket>()
  const copies: Copy[] = []
  const refusals = new Map<string, string[]>()
  const tally: Record<string, number> = {}
  const note = (action: string) => {
    tally[action] = (tally[action] ?? 0) + 1
  }

  const hangUp = ({ remotePort }: SMTPServerSession, stage: Stage) => {
    note(`cut at ${stage}`)
    sockets.get(remotePort)?.destroy()
  }

  const refuseForGood = (stage: Stage, recipient: string): Error => {
    note(`refused for good at ${stage}`)
    const words = `no, never (${stage} ${random.integer(1, 1_000_000)})`
    refusals.set(recipient, [...(refusals.get(recipient) ?? []), words])
    return refusal(550, words)
  }

  /** @param proceed answers when nothing is in the way */
  const meet = async (session: SMTPServerSession, stage: Stage, recipient: string, proceed: Answer) => {
    if (random.chance(CHANCES.delay)) {
      note(`delayed at ${stage}`)
      await sleep(random.next() * LONGEST_DELAY_MS)
    }
    if (random.chance(CHANCES.cut)) return hangUp(session, stage)
    if (random.chance(CHANCES.refuseNow)) {
      note(`refused for now at ${stage}`)
      return proceed(refusal(451, 'not now'))
    }
    if (VERDICTS.includes(stage) && random.chance(CHANCES.refuseForGood)) {
      return proceed(refuseForGood(stage, recipient))
    }
    proceed()
  }

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onConnect: (session, callback) => void meet(session, 'greeting', '', callback),
    onMailFrom: (_address, session, callback) => void meet(session, 'sender', '', callback),
    onRcptTo: ({ address }, session, callback) => void meet(session, 'recipient', address, callback),
    async onData(stream, session, callback) {
      // A worker that was killed leaves half a message.
      const message = await text(stream).catch(() => null)
      if (message === null) return
      const messageId = /^message-id: (<.+>)\r$/im.exec(message)![1]!
      const take = (isAnswered: boolean) => copies.push({ messageId, at: performance.now(), isAnswered })
      // A worker may have been killed while it waited.
      const isThere = () => sockets.get(session.remotePort)?.writable === true
      await meet(session, 'message', session.envelope.rcptTo[0]!.address, (error) => {
        if (error) return callback(error)
        if (random.chance(CHANCES.cut)) {
          // What SMTP cannot avoid: the client cannot know that it was taken.
          take(false)
          return hangUp(session, 'message')
        }
        take(isThere())
        callback(null, 'taken')
      })
    },
  })
  server.on('error', () => {})
  server.server.on('connection', (socket: Socket) => sockets.set(socket.remotePort!, socket))
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    copies,
    refusals,
    tally,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}
