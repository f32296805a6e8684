/** For tests of whole processes: starts them as a user does. `clean-up.ts` removes what they leave. */
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { killSpawned, type Launch, launch, processes, type Running, until } from './launch.ts'

export * from './launch.ts'

/** The documented time limit of a stop. */
export const STOP_WITHIN_MS = 10_000

const folders = new Set<string>()

/** A data folder, which is removed after the tests of the file. */
export async function temporaryFolder(mode = 0o755): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'bestow-process-')))
  await chmod(folder, mode)
  folders.add(folder)
  return folder
}

/** `npm start -- --json` on a data folder, once it is ready. */
export const npmStart = (dataDir: string, { settings, options }: Launch = {}): Promise<Running> =>
  launch('npm', ['start', '--', '--json'], {
    settings: { DATA_DIR: dataDir, PORT: '0', ...settings },
    options,
  })

/** A connection to the embedded database that runs on a data folder. */
export async function connectTo(dataDir: string): Promise<pg.Client> {
  const [, , , port, host] = lockLines(dataDir)
  const client = new pg.Client({ host, port: Number(port), user: 'bestow', database: 'bestow' })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** The pid of the server of a data folder, from the name of its connections. */
export async function serverPid(dataDir: string): Promise<number> {
  const client = await connectTo(dataDir)
  const { rows } = await client.query(
    `select application_name as name from pg_stat_activity where application_name like 'bestow start, process%'`,
  )
  await client.end()
  return Number(/process (\d+)/.exec(rows[0].name)![1])
}

/** The main process of the embedded database; null when there is no lock file. */
export const postmasterPid = (dataDir: string): number | null => Number(lockLines(dataDir)[0]) || null

function lockLines(dataDir: string): string[] {
  const file = lockFile(dataDir)
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
}

export const lockFile = (dataDir: string) => join(dataDir, 'postgres', 'postmaster.pid')

/** The main processes of all database servers on a data folder. */
export function postmastersOf(dataDir: string): number[] {
  const folder = join(dataDir, 'postgres')
  const servers = processes().filter(({ command }) => command.includes(` -D ${folder} `))
  // A child that was just forked still has the command line of its parent.
  const pids = servers.map(({ pid }) => pid)
  return servers.flatMap(({ pid, parent }) => (pids.includes(parent) ? [] : [pid]))
}

/** A client of the API with a token. */
export async function signIn({ url, client_id, client_secret }: Record<string, string>) {
  const response = await fetch(`${url}/v1/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: client_id!,
      client_secret: client_secret!,
    }),
  })
  const { access_token: token } = (await response.json()) as { access_token: string }
  const send = async (method: string, path: string, body?: unknown, base = url) => {
    const answer = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/vnd.api+json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await answer.text()
    // biome-ignore lint/suspicious/noExplicitAny: the body of any document
    return { status: answer.status, headers: answer.headers, body: (text ? JSON.parse(text) : null) as any }
  }
  return {
    get: (path: string, base?: string) => send('GET', path, undefined, base),
    post: (path: string, body: object) => send('POST', path, body),
    patch: (path: string, body: object) => send('PATCH', path, body),
    createContact: (email: string) =>
      send('POST', '/v1/contacts', { data: { type: 'contacts', attributes: { name: 'Ada', email } } }),
    grant: (contactId: string, offerId = '1') =>
      send('POST', `/v1/contacts/${contactId}/relationships/offers`, {
        data: [{ type: 'offers', id: offerId }],
      }),
  }
}

/** Kills what the tests of a file have started, and removes their data folders. */
export async function cleanUp(): Promise<void> {
  killSpawned()
  for (const folder of folders) {
    for (const pid of postmastersOf(folder)) process.kill(pid, 'SIGQUIT')
    await until(() => postmastersOf(folder).length === 0)
    await rm(folder, { recursive: true, force: true })
  }
  folders.clear()
}
