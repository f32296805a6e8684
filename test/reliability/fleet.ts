/** Bestow as it runs in production: several processes over one database, each of which can be killed. */
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BESTOW, type Environment, launch, ROOT, type Running } from '../launch.ts'

/** Not the command `node`, which may be an older one with the real process as its child. */
export const NODE = join(ROOT, 'node_modules', '.bin', 'node')
const START_LIMIT_MS = 120_000
const PAUSE_MS = 100

export interface Member {
  /** As in "serve 1". */
  name: string
  role: 'serve' | 'worker'
  /** Where a `serve` answers; the same after each start. */
  url: string
  /** Whether it was ready, and has not been ended since. */
  isUp: () => boolean
  /** Starts it, again and again while it finds no database, until it is ready. @returns milliseconds */
  start: () => Promise<number>
  /** Sends it a signal and waits for its end. @returns its exit code; null when the signal ended it */
  end: (signal: NodeJS.Signals) => Promise<number | null>
  /** kill -9, and a start at once. @returns milliseconds until it was ready again */
  crash: () => Promise<number>
}

export interface Fleet {
  members: Member[]
  servers: Member[]
  workers: Member[]
  /** What members did that nobody had asked for: ended by themselves, logged an error. */
  troubles: () => string[]
  /** Ends all of them in order. */
  stop: () => Promise<void>
}

export interface FleetSize {
  servers: number
  workers: number
}

/** Starts so many `bestow serve` and `bestow worker` on a database. */
export async function startFleet(
  databaseUrl: string,
  settings: Environment = {},
  { servers, workers }: FleetSize = { servers: 2, workers: 2 },
): Promise<Fleet> {
  const troubles: string[] = []
  const members: Member[] = []
  for (const [role, size] of [
    ['serve', servers],
    ['worker', workers],
  ] as const) {
    for (let number = 1; number <= size; number++) {
      const environment = { ...fleetSettings(databaseUrl), PORT: String(await freePort()), ...settings }
      members.push(makeMember(`${role} ${number}`, role, environment, troubles))
    }
  }
  await Promise.all(members.map((member) => member.start()))
  return {
    members,
    servers: members.filter(({ role }) => role === 'serve'),
    workers: members.filter(({ role }) => role === 'worker'),
    troubles: () => troubles,
    async stop() {
      await Promise.all(members.map((member) => member.end('SIGTERM')))
    },
  }
}

/** What all processes over one database share, the commands included. */
export const fleetSettings = (databaseUrl: string): Environment => ({
  DATABASE_URL: databaseUrl,
  SECRET_KEY: 'a key that is only good for trials of reliability',
  PUBLIC_URL: 'https://members.example.com',
  DATA_DIR: '/dev/null/never-used',
  RATE_LIMIT: '0',
  LOG_LEVEL: 'error',
})

function makeMember(name: string, role: Member['role'], settings: Environment, troubles: string[]): Member {
  let running: Running | null = null

  const watch = (started: Running) => {
    started.child.stderr!.on('data', (text) => troubles.push(`${name} logged: ${text}`))
    void started.exited.then((code) => {
      if (running !== started) return
      running = null
      troubles.push(`${name} ended by itself with ${code}: ${started.stderr()}`)
    })
  }

  const member: Member = {
    name,
    role,
    url: `http://127.0.0.1:${settings.PORT}`,
    isUp: () => running !== null,
    async start() {
      const begun = performance.now()
      while (!running) {
        try {
          running = await launch(NODE, [BESTOW, role, '--json'], { settings })
        } catch (error) {
          // Without a database it gives up; whatever supervises processes starts it again.
          if (performance.now() - begun > START_LIMIT_MS) throw error
          await sleep(PAUSE_MS)
        }
      }
      watch(running)
      return performance.now() - begun
    },
    async end(signal) {
      const ending = running
      running = null
      ending?.child.kill(signal)
      return ending?.exited ?? null
    },
    async crash() {
      await member.end('SIGKILL')
      return member.start()
    },
  }
  return member
}

/** Below the ports that the system gives to clients: one of those would take it while its server is away. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    const isFree = await new Promise<boolean>((done) => {
      const server = createServer()
      server.once('error', () => done(false))
      server.listen(port, '127.0.0.1', () => server.close(() => done(true)))
    })
    if (isFree) return port
  }
}
