/** Bestow as it runs in production: several processes on one database, each of which can be killed. */
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { bestowRunning, type Environment, type Running } from '../launch.ts'

const START_LIMIT_MS = 120_000
const PAUSE_MS = 100

export interface FleetProcess {
  /** As in "serve 1". */
  name: string
  role: 'serve' | 'worker'
  /** Where a `serve` responds; the same after each start. */
  url: string
  /** Whether it is running and ready. */
  isUp: () => boolean
  /** Starts it, repeatedly while the database is away, until it is ready. @returns milliseconds */
  start: () => Promise<number>
  /** Sends it a signal and waits for its exit. @returns its exit code; null when the signal ended it */
  end: (signal: NodeJS.Signals) => Promise<number | null>
  /** kill -9 and immediate restart. @returns milliseconds until it is ready again */
  crash: () => Promise<number>
}

export interface Fleet {
  processes: FleetProcess[]
  servers: FleetProcess[]
  workers: FleetProcess[]
  /** Unexpected exits and logged errors. */
  processErrors: () => string[]
  /** Stops all of them gracefully. */
  stop: () => Promise<void>
}

export interface FleetSize {
  servers: number
  workers: number
}

/** Starts a number of `bestow serve` and `bestow worker` on a database. */
export async function startFleet(
  databaseUrl: string,
  settings: Environment = {},
  { servers, workers }: FleetSize = { servers: 2, workers: 2 },
): Promise<Fleet> {
  const processErrors: string[] = []
  const processes: FleetProcess[] = []
  for (const [role, size] of [
    ['serve', servers],
    ['worker', workers],
  ] as const) {
    for (let number = 1; number <= size; number++) {
      const environment = { ...fleetSettings(databaseUrl), PORT: String(await freePort()), ...settings }
      processes.push(fleetProcess(`${role} ${number}`, role, environment, processErrors))
    }
  }
  await Promise.all(processes.map((one) => one.start()))
  return {
    processes,
    servers: processes.filter(({ role }) => role === 'serve'),
    workers: processes.filter(({ role }) => role === 'worker'),
    processErrors: () => processErrors,
    async stop() {
      await Promise.all(processes.map((one) => one.end('SIGTERM')))
    },
  }
}

/** The settings that all processes on one database share, commands included. */
export const fleetSettings = (databaseUrl: string): Environment => ({
  DATABASE_URL: databaseUrl,
  SECRET_KEY: 'a secret key used by reliability trials only',
  PUBLIC_URL: 'https://members.example.com',
  DATA_DIR: '/dev/null/never-used',
  RATE_LIMIT: '0',
  LOG_LEVEL: 'error',
})

function fleetProcess(
  name: string,
  role: FleetProcess['role'],
  settings: Environment,
  processErrors: string[],
): FleetProcess {
  let running: Running | null = null

  const watch = (started: Running) => {
    started.child.stderr!.on('data', (text) => processErrors.push(`${name} logged: ${text}`))
    void started.exited.then((code) => {
      if (running !== started) return
      running = null
      processErrors.push(`${name} exited unexpectedly with ${code}: ${started.stderr()}`)
    })
  }

  const self: FleetProcess = {
    name,
    role,
    url: `http://127.0.0.1:${settings.PORT}`,
    isUp: () => running !== null,
    async start() {
      const begun = performance.now()
      while (!running) {
        try {
          running = await bestowRunning([role], { settings })
        } catch (error) {
          // Without a database it exits; in production, a supervisor starts it again.
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
      await self.end('SIGKILL')
      return self.start()
    },
  }
  return self
}

/** Below the ports that the system assigns to clients: one of those could be taken while its server is down. */
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
