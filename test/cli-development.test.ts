/** The commands for those who develop with Bestow, and for those who put it into production. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Webhook } from 'standardwebhooks'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadConfig } from '../src/platform/config.ts'
import { type Receiver, startReceiver } from '../src/testing/receiver.ts'
import { bestowHere, bestowJsonHere } from './in-process.ts'
import {
  BESTOW,
  bestow,
  bestowRunning,
  cleanEnvironment,
  connectTo,
  type Running,
  signIn,
  stop,
  temporaryFolder,
} from './processes.ts'

const settings = { DATA_DIR: await temporaryFolder(), PORT: '0' }
const run = (...args: string[]) => bestowHere(args, settings)
const json = (...args: string[]) => bestowJsonHere(args, settings)

test('before the first start, status says so, ends with 3 and makes nothing', async () => {
  const DATA_DIR = join(settings.DATA_DIR, 'none')
  const { code, stdout, stderr } = await bestowHere(['status'], { DATA_DIR })
  expect([code, stderr]).toEqual([3, ''])
  expect(stdout).toMatch(/nothing runs\ndata: none yet in .*\nTo start it: npx bestow start\n$/)
  expect(existsSync(DATA_DIR)).toBe(false)
  expect(await bestowHere(['status', '--env'], { DATA_DIR })).toMatchObject({ code: 3, stdout: '' })
})

describe('while the server runs', () => {
  let running: Running

  beforeAll(async () => {
    running = await bestowRunning(['start'], { settings })
    return async () => {
      await stop(running)
    }
  })

  test('mcp serves an agent that starts it, with the key of the development server', async () => {
    const client = new Client({ name: 'test', version: '1' })
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [BESTOW, 'mcp'],
      env: cleanEnvironment(settings) as Record<string, string>,
    })
    await client.connect(transport)
    const { content } = await client.callTool({ name: 'find_contacts', arguments: { text: 'chloe' } })
    expect(content).toEqual([{ type: 'text', text: expect.stringMatching(/chloe@example\.com/) }])
    await client.close()
  })

  test('mcp without a server says how to name one', async () => {
    const { code, stderr } = await bestowHere(['mcp'], { DATA_DIR: join(settings.DATA_DIR, 'none') })
    expect([code, stderr]).toEqual([1, expect.stringContaining('--url')])
  })

  test('status shows processes, versions and the backlog, and ends with 0', async () => {
    const { code, stdout, stderr } = await run('status')
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(running.ready.url)
    expect(stdout).toMatch(/^backlog: events \d+, runs \d+, e-mails \d+, deliveries \d+/m)
    expect(stdout).toContain(`start ${readVersion()}, process ${running.child.pid}, up `)
    const status = await json('status')
    expect(status).toMatchObject({
      running: true,
      mode: 'development',
      schema: 'current',
      processes: [{ role: 'start', version: readVersion(), pid: running.child.pid }],
      jobs: { failed: { email: 0 } },
      attention: [],
    })
  })

  test('status says when the last backup was made', async () => {
    expect((await run('status')).stdout).toContain('; never backed up')
    expect((await json('status')).last_backup_at).toBe(null)
    await json('backup', join(await temporaryFolder(), 'backup'))
    expect((await run('status')).stdout).toMatch(/; last backup \d+ (s|min) ago/)
  })

  test('status --env prints what a client needs to get a token', async () => {
    const { stdout, stderr } = await run('status', '--env')
    expect(stderr).toBe('')
    const environment = Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/=(.*)/)),
    )
    expect(environment).toEqual({
      KAJABI_API_URL: running.ready.url,
      KAJABI_CLIENT_ID: running.ready.client_id,
      KAJABI_CLIENT_SECRET: running.ready.client_secret,
    })
    const api = await signIn({
      url: environment.KAJABI_API_URL!,
      client_id: environment.KAJABI_CLIENT_ID!,
      client_secret: environment.KAJABI_CLIENT_SECRET!,
    })
    expect((await api.get('/v1/me')).status).toBe(200)
    expect(statSync(join(settings.DATA_DIR, 'development.json')).mode & 0o777).toBe(0o600)
  })

  test('a failed job needs attention: status names the command, and ends with 1', async () => {
    const database = await connectTo(settings.DATA_DIR)
    const last = 'id = (select max(id) from events)'
    await database.query(
      `update events set dispatched_at = null, dispatch_attempts = 1, dispatch_after = '2999-01-01' where ${last}`,
    )
    const { code, stdout } = await run('status')
    await database.query(`update events set dispatched_at = now(), dispatch_after = null where ${last}`)
    await database.end()
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('! 1 failed permanently (event): bestow jobs list'),
    ])
  })

  test('without a command: what runs, and what can be done', async () => {
    const { code, stdout } = await run()
    expect(code).toBe(0)
    expect(stdout).toContain(`Bestow runs at ${running.ready.url}.`)
    expect(stdout).toContain('bestow listen --forward-to')
  })

  describe('trigger and listen', () => {
    let receiver: Receiver

    beforeAll(async () => {
      receiver = await startReceiver()
      return () => receiver.close()
    })

    test('an event is triggered by a real change, once; --again repeats it', async () => {
      const first = await json('trigger', 'offer_granted', '--wait')
      expect(first).toMatchObject({ event: 'offer_granted', grant_id: expect.any(String) })
      expect(first.followed).toEqual([expect.stringMatching(/^e-mail \d+ welcome \(kept\)$/)])
      const again = await run('trigger', 'offer_granted')
      expect([again.code, again.stderr]).toEqual([
        1,
        expect.stringMatching(/holds the offer \d+ already; --again/),
      ])
      expect((await json('trigger', 'offer_granted', '--again')).contact_id).toBe(first.contact_id)
      expect((await run('trigger', 'offer_granted', '--offer', '999')).stderr).toContain(
        'There is no offer 999',
      )
      expect((await run('trigger', 'no_such_event')).stderr).toContain('Allowed choices are contact_created')
    })

    test.each([
      'contact_created',
      'contact_updated',
      'customer_created',
      'gift_granted',
      'offer_revoked',
      'access_extended',
      'tag_added',
      'tag_removed',
      'form_submission',
      'order_created',
      'purchase',
      'payment_succeeded',
    ])('%s is forwarded to a receiver of this machine, signed', async (event) => {
      const since = await json('trigger', event, '--again')
      const before = receiver.received.length
      const { code, stdout, stderr } = await run(
        ...['listen', '--forward-to', receiver.url, '--events', event],
        ...['--since', '10m', '--exit-after', '1', '--timeout', '30s', '--json'],
      )
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ status: 200, event: { event } })
      const [request] = receiver.received.slice(before)
      const secret = /Signing secret (whsec_\S+)/.exec(stderr)![1]!
      const verified = new Webhook(secret).verify(request!.text, request!.headers as Record<string, string>)
      expect(verified).toMatchObject({ event })
      expect((await run('listen', '--replay', since.event_id, '--forward-to', receiver.url)).code).toBe(0)
    })

    test('an event that does not come in time ends listen with 1', async () => {
      const { code, stdout } = await run('listen', '--exit-after', '1', '--timeout', '1s')
      expect([code, stdout]).toEqual([1, ''])
    })

    test('contacts of the command are deleted by --cleanup, and no others', async () => {
      await json('contacts', 'create', '--email', 'triggered@bestow.example')
      const { deleted } = await json('trigger', '--cleanup')
      expect(deleted).toContain('trigger@bestow.example')
      expect(deleted).not.toContain('triggered@bestow.example')
      expect((await json('trigger', '--cleanup')).deleted).toEqual([])
    })
  })
})

describe('init', () => {
  const initHere = async (what: string, ...more: string[]) => {
    const cwd = await temporaryFolder()
    const finished = await bestow(['init', what, '--domain', 'members.example.org', ...more], {}, { cwd })
    return { cwd, ...finished }
  }

  test('env writes settings that production accepts, for the owner alone, and overwrites nothing', async () => {
    const { cwd, code } = await initHere('env')
    const file = join(cwd, '.env')
    expect([code, statSync(file).mode & 0o777]).toEqual([0, 0o600])
    const text = readFileSync(file, 'utf8')
    const lines = text.split('\n').filter((line) => /^\w+=/.test(line))
    const environment = Object.fromEntries(lines.map((line) => line.split(/=(.*)/)))
    expect(loadConfig('production', environment).PUBLIC_URL).toBe('https://members.example.org')
    const again = await bestow(['init', 'env'], {}, { cwd })
    expect([again.code, again.stderr]).toEqual([
      1,
      expect.stringMatching(/already \.env\. Nothing was written; --force/),
    ])
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  test('compose writes all files that compose.yaml names, and secrets for the owner alone', async () => {
    const { cwd, code } = await initHere('compose')
    expect(code).toBe(0)
    const compose = readFileSync(join(cwd, 'compose.yaml'), 'utf8')
    const named = [...compose.matchAll(/\.\/((?:deploy|secrets)\/[\w.]+)/g)].map(([, path]) => path!)
    expect(named.length).toBeGreaterThan(3)
    for (const path of named) expect(existsSync(join(cwd, path))).toBe(true)
    expect(statSync(join(cwd, 'secrets')).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(cwd, 'Dockerfile'), 'utf8')).toContain(`bestow@${readVersion()}\n`)
    const [url, password] = ['database_url', 'postgres_password'].map((name) =>
      readFileSync(join(cwd, 'secrets', name), 'utf8'),
    )
    expect(url).toContain(`bestow:${password}@postgres`)
  })

  test('vitest writes a test, and says how to run it', async () => {
    const cwd = await temporaryFolder()
    const { code, stdout } = await bestow(['init', 'vitest'], {}, { cwd })
    expect([code, stdout]).toEqual([0, expect.stringContaining('npx vitest run')])
    expect(readFileSync(join(cwd, 'test', 'bestow.test.ts'), 'utf8')).toContain("from 'bestow/testing'")
  })

  test('systemd writes units that run this program', async () => {
    const { cwd, code } = await initHere('systemd')
    expect(code).toBe(0)
    const unit = readFileSync(join(cwd, 'bestow-worker.service'), 'utf8')
    const [, node, program] = /^ExecStart=(\S+) --max-semi-space-size=8 (\S+) worker$/m.exec(unit)!
    expect([node, program].map((path) => existsSync(path!))).toEqual([true, true])
  })
})

describe('completion', () => {
  test.each([
    ['bestow sta', ['start', 'status']],
    ['bestow keys ro', ['rotate']],
    ['bestow listen --forward', ['--forward-to']],
    ['bestow offers create --title x --pri', ['--price-in-cents']],
  ])('in bash, "%s" is completed', async (line, expected) => {
    const { stdout: script } = await run('completion', 'bash')
    const words = line.split(' ')
    const test = `${script}
COMP_WORDS=(${words.join(' ')}) COMP_CWORD=${words.length - 1}
_bestow
printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = spawnSync('bash', ['-c', test], { encoding: 'utf8' })
    expect(stdout.trim().split('\n')).toEqual(expected)
  })

  test.each(['zsh', 'fish'])('%s accepts its script, where there is one', async (shell) => {
    const { code, stdout } = await run('completion', shell)
    expect([code, stdout]).toEqual([0, expect.stringContaining('listen')])
    const { error, status, stderr } = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' })
    if (!error) expect([status, stderr]).toEqual([0, ''])
  })
})

const readVersion = () =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')).version
