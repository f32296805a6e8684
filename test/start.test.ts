import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  begin,
  bestowJson,
  cleanEnvironment,
  connectTo,
  npmStart,
  type Running,
  signIn,
  stop,
  temporaryFolder,
  until,
} from './processes.ts'

let dataDir: string
let first: Running

beforeAll(async () => {
  dataDir = await temporaryFolder()
  first = await npmStart(dataDir)
})

test('the first start prints the credentials for scripts in one line of JSON', async () => {
  expect(first.ready).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    data_dir: dataDir,
    portal_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/admin\/link\/[\w-]{43}$/),
    client_id: expect.any(String),
    client_secret: expect.any(String),
  })
  const me = await (await signIn(first.ready)).get('/v1/me')
  expect(me.status).toBe(200)
})

test('standard error is empty', () => {
  const own = first
    .stderr()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('npm '))
  expect(own).toEqual([])
})

test('the demo account has a site, four products, seven offers, tags, contacts, a user and a key', async () => {
  const api = await signIn(first.ready)
  const list = async (path: string) => (await api.get(path)).body.data
  expect(await list('/v1/sites')).toHaveLength(1)
  expect(await list('/v1/products')).toHaveLength(4)
  expect(await list('/v1/offers')).toHaveLength(6)
  expect((await list('/v1/contacts')).length).toBeGreaterThan(1)
  expect(await bestowJson(['keys', 'list'], { DATA_DIR: dataDir })).toHaveLength(1)

  const database = await connectTo(dataDir)
  const { rows } = await database.query(`
    select (select count(*)::int from users) as users,
           (select count(*)::int from accounts) as accounts,
           (select count(*) > 1 from contact_tags) as tags,
           (select count(*)::int from offers) as offers,
           (select count(*)::int from offers where archived_at is not null) as archived,
           (select count(*)::int from offers where is_gift) as gifts,
           (select array_agg(access_days) from offers where access_days is not null) as access_days,
           (select count(*)::int from offers o where not exists
             (select from offer_products p where p.site_id = o.site_id and p.offer_id = o.id)) as hollow`)
  await database.end()
  expect(rows[0]).toEqual({
    users: 1,
    accounts: 1,
    tags: true,
    offers: 7,
    archived: 1,
    gifts: 1,
    access_days: [30],
    hollow: 0,
  })
})

describe('after a stop, started again with text output instead of JSON', () => {
  let words: string
  let url: string
  let second: Omit<Running, 'ready'>

  beforeAll(async () => {
    await stop(first)
    second = begin('npm', ['start'], { settings: { DATA_DIR: dataDir, PORT: '0' } })
    await until(() => second.stdout().includes('Ctrl-C'))
    words = second.stdout()
    url = /http:\/\/127\.0\.0\.1:\d+/.exec(words)![0]
  })

  test('the URL, the data folder and the client_id are shown, the secret is not', () => {
    expect(words).toContain(dataDir)
    expect(words).toContain(first.ready.client_id)
    expect(words).not.toContain(first.ready.client_secret)
  })

  test('it reports that e-mails stay in the outbox', () => {
    expect(words).toMatch(/outbox.*SMTP_URL/)
  })

  test('the key of the first start still works, and no second demo account is created', async () => {
    const api = await signIn({ ...first.ready, url })
    expect((await api.get('/v1/sites')).body.data).toHaveLength(1)
    expect((await api.get('/v1/offers')).body.data).toHaveLength(6)
  })

  test('the three commands, pasted into bash with the secret, grant an offer', async () => {
    expect(paste(words, first.ready.client_secret)).toContain('"type":"offers"')
    const api = await signIn({ ...first.ready, url })
    const [contact] = (await api.get('/v1/contacts?filter[name_contains]=Ada Lovelace')).body.data
    const held = await api.get(`/v1/contacts/${contact.id}/relationships/offers`)
    expect(held.body.data).toEqual([{ type: 'offers', id: '1' }])
  })
})

test('the three commands of the first start, pasted into bash unchanged, grant an offer', async () => {
  const started = begin('npm', ['start'], { settings: { DATA_DIR: await temporaryFolder(), PORT: '0' } })
  await until(() => started.stdout().includes('Ctrl-C'))
  expect(paste(started.stdout())).toContain('"status":"granted"')
  await stop(started)
})

function paste(words: string, CLIENT_SECRET?: string): string {
  const commands = words.split('\n\n').filter((block) => /^\s*(TOKEN=|CONTACT=|curl )/.test(block))
  expect(commands).toHaveLength(3)
  const env = cleanEnvironment({ CLIENT_SECRET })
  return spawnSync('bash', ['-s'], { input: commands.join('\n\n'), encoding: 'utf8', env }).stdout
}
