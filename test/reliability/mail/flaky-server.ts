/** A mail server that refuses, delays and disconnects at every stage of the SMTP dialogue. */
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { refusal } from '../../../src/testing/smtp.ts'
import type { Random } from '../random.ts'

export type Stage = 'greeting' | 'sender' | 'recipient' | 'message'

/** A copy of an e-mail that the server has accepted. */
export interface Copy {
  messageId: string
  /** On the clock of performance.now(). */
  at: number
  /** Whether the server confirmed it to the client; otherwise one of them disconnected before. */
  isConfirmed: boolean
}

export interface FlakyServer {
  url: string
  copies: Copy[]
  /** The texts of permanent refusals, by recipient. */
  refusals: Map<string, string[]>
  /** Number of its actions, as in "cut at sender". */
  tally: Record<string, number>
  close: () => Promise<void>
}

interface Chances {
  refuseTemporarily: number
  refusePermanently: number
  delay: number
  cut: number
}

/** Probabilities at each stage; an e-mail passes three or four stages. */
const CHANCES: Chances = { refuseTemporarily: 0.04, refusePermanently: 0.03, delay: 0.05, cut: 0.03 }
const LONGEST_DELAY_MS = 2_000
/** Only at these stages is a refusal about the e-mail itself. */
const STAGES_OF_EMAIL: Stage[] = ['recipient', 'message']

type Callback = (error?: Error | null) => void

export async function startFlakyServer(random: Random): Promise<FlakyServer> {
  const sockets = new Map<number, Socket>()
  const copies: Copy[] = []
  const refusals = new Map<string, string[]>()
  const tally: Record<string, number> = {}
  const note = (action: string) => {
    tally[action] = (tally[action] ?? 0) + 1
  }

  const disconnect = ({ remotePort }: SMTPServerSession, stage: Stage) => {
    note(`cut at ${stage}`)
    sockets.get(remotePort)?.destroy()
  }

  const refusePermanently = (stage: Stage, recipient: string): Error => {
    note(`refused permanently at ${stage}`)
    const words = `no, never (${stage} ${random.integer(1, 1_000_000)})`
    refusals.set(recipient, [...(refusals.get(recipient) ?? []), words])
    return refusal(550, words)
  }

  /** @param proceed called with the error of a refusal, or without one; not called after a disconnection */
  const handle = async (session: SMTPServerSession, stage: Stage, recipient: string, proceed: Callback) => {
    if (random.chance(CHANCES.delay)) {
      note(`delayed at ${stage}`)
      await sleep(random.next() * LONGEST_DELAY_MS)
    }
    if (random.chance(CHANCES.cut)) return disconnect(session, stage)
    if (random.chance(CHANCES.refuseTemporarily)) {
      note(`refused temporarily at ${stage}`)
      return proceed(refusal(451, 'not now'))
    }
    if (STAGES_OF_EMAIL.includes(stage) && random.chance(CHANCES.refusePermanently)) {
      return proceed(refusePermanently(stage, recipient))
    }
    proceed()
  }

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onConnect: (session, callback) => void handle(session, 'greeting', '', callback),
    onMailFrom: (_address, session, callback) => void handle(session, 'sender', '', callback),
    onRcptTo: ({ address }, session, callback) => void handle(session, 'recipient', address, callback),
    async onData(stream, session, callback) {
      // A killed worker leaves half a message.
      const message = await text(stream).catch(() => null)
      if (message === null) return
      const messageId = /^message-id: (<.+>)\r$/im.exec(message)![1]!
      const accept = (isConfirmed: boolean) => copies.push({ messageId, at: performance.now(), isConfirmed })
      // The worker may have been killed while it waited.
      const isConnected = () => sockets.get(session.remotePort)?.writable === true
      await handle(session, 'message', session.envelope.rcptTo[0]!.address, (error) => {
        if (error) return callback(error)
        if (random.chance(CHANCES.cut)) {
          // SMTP cannot avoid this: the client cannot know that the e-mail was accepted.
          accept(false)
          return disconnect(session, 'message')
        }
        accept(isConnected())
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
