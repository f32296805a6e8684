import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { bestowHere, bestowJsonHere } from './in-process.ts'
import {
  BESTOW,
  begin,
  bestowJson,
  connectTo,
  finish,
  npmStart,
  type Running,
  signIn,
  stop,
  temporaryFolder,
  until,
} from './processes.ts'

const settings = { DATA_DIR: await temporaryFolder(), PORT: '0' }
const run = (...args: string[]) => bestowHere(args, settings)
const json = (...args: string[]) => bestowJsonHere(args, settings)

let running: Running

beforeAll(async () => {
  running = await npmStart(settings.DATA_DIR)
})

describe('while the server runs', () => {
  test('a contact created over the API is found', async () => {
    const api = await signIn(running.ready)
    const made = await api.createContact('ada@example.com')
    expect(await bestowJson(['contacts', 'find', 'ada@'], settings)).toEqual([
      { id: made.body.data.id, email: 'ada@example.com', name: 'Ada', customer: '-' },
    ])
  })

  test('a contact created by a command is found over the API', async () => {
    const made = await json('contacts', 'create', '--email', 'grace@example.com', '--name', 'Grace Hopper')
    expect(made).toEqual({ id: expect.any(String), email: 'grace@example.com', name: 'Grace Hopper' })
    const found = await (await signIn(running.ready)).get(`/v1/contacts/${made.id}`)
    expect(found.body.data.attributes.name).toBe('Grace Hopper')
  })

  test('an e-mail address is normalised as in the API, and a name is printed on one line', async () => {
    const email = 'grace+shop@bücher.example'
    const given = [
      '--email',
      'Grace shop@xn--bcher-kva.example\u200b',
      '--name',
      'Grace\r\nBcc: eve@example.com',
    ]
    const made = await json('contacts', 'create', ...given)
    expect(made).toEqual({ id: expect.any(String), email, name: 'Grace Bcc: eve@example.com' })
    expect(await json('contacts', 'find', 'grace shop@bücher.example')).toMatchObject([{ id: made.id }])
    expect((await run('contacts', 'find', 'grace+shop')).stdout.trim().split('\n')).toHaveLength(2)
    expect((await json('grant', 'GRACE shop@BÜCHER.example', '1')).contact_id).toBe(made.id)
  })

  test('a file of contacts is imported; rejected rows are written beside it, corrected and imported again', async () => {
    const csv = join(settings.DATA_DIR, 'people.csv')
    await writeFile(csv, 'Correo;Name;Tags\nimport1@example.com;Ada;Imported\nwrong;Bob;\n')
    expect((await run('import', 'contacts', csv)).stderr).toContain('no column for email')
    const args = ['import', 'contacts', csv, '--map', 'Correo=email']
    expect(await json(...args, '--dry-run')).toMatchObject({
      status: 'completed',
      dry_run: true,
      counts: { created: 1, rejected: 1 },
      rejected_file: null,
    })
    const imported = await json(...args)
    expect(imported).toMatchObject({
      counts: { created: 1, rejected: 1 },
      findings: { created: { contact_tags: ['Imported'] } },
      rejected: [{ line: '3', column: 'Correo', reason: 'It is not an e-mail address.' }],
      rejected_file: join(settings.DATA_DIR, 'people.rejected.csv'),
    })
    const rejected = await readFile(imported.rejected_file, 'utf8')
    await writeFile(imported.rejected_file, rejected.replace('wrong', 'import2@example.com'))
    expect(await json('import', 'contacts', imported.rejected_file, '--map', 'Correo=email')).toMatchObject({
      counts: { created: 1 },
      columns_left_out: ['Rejected line', 'Rejected column', 'Rejected reason'],
    })
    // What was corrected is not overwritten.
    expect(await json(...args)).toMatchObject({
      counts: { unchanged: 1, rejected: 1 },
      rejected_file: join(settings.DATA_DIR, 'people.rejected-2.csv'),
    })
    expect(await readFile(imported.rejected_file, 'utf8')).toContain('import2@example.com')
    expect((await json('import', 'list'))[0]).toMatchObject({ kind: 'contacts', status: 'completed' })
    expect((await run('import', 'show', imported.id)).stdout).toContain('rejected: 1')
    expect((await run('import', 'cancel', imported.id)).stderr).toContain('has ended')
  })

  test('an import that is interrupted says how far it got, and is continued', async () => {
    const csv = join(settings.DATA_DIR, 'many.csv')
    const people = Array.from({ length: 4_000 }, (_, n) => `many${n}@example.com`)
    await writeFile(csv, `Email\n${people.join('\n')}\n`)
    const command = begin('node', [BESTOW, 'import', 'contacts', csv], { settings })
    const latest = async () => (await json('import', 'list'))[0]
    await until(async () => {
      const { file, done } = await latest()
      return file === 'many.csv' && !done.startsWith('0 ')
    })
    command.child.kill('SIGINT')
    const { code, stderr } = await finish(command)
    const { id, status } = await latest()
    expect([code, status]).toEqual([130, 'cancelled'])
    expect(stderr).toMatch(new RegExp(`^Interrupted: [\\d,]+ of 4,000 rows of import ${id} are done\\. `))
    expect(stderr).toContain(`bestow import start ${id}`)
    expect(await json('import', 'start', id)).toMatchObject({
      status: 'completed',
      counts: { created: 4_000 },
    })
  })

  test('a bulk job takes its rows from a file, and prints what became of them', async () => {
    const [csv, list] = [join(settings.DATA_DIR, 'people.csv'), join(settings.DATA_DIR, 'people.json')]
    await writeFile(csv, 'email,name,offer_ids\nbulk1@example.com,Ada,\nbulk2@example.com,,"1,2"\n\n')
    await writeFile(list, JSON.stringify([{ email: 'bulk1@example.com' }, { contact_id: '999999' }]))
    expect(await json('bulk', 'grant', csv, '--offers', '1', '--dry-run')).toMatchObject({
      dry_run: true,
      total: 2,
      contacts_created: 2,
      counts: { granted: 2 },
      failures: [],
    })
    expect((await run('bulk', 'grant', csv, '--offers', '1', '--dry-run')).stdout).toContain(
      'The offer "Watercolour Basics" would be granted to 2 contacts.',
    )
    const granted = await json('bulk', 'grant', csv, '--offers', '1', '--no-welcome')
    expect(granted).toMatchObject({
      status: 'completed',
      total: 2,
      done: 2,
      counts: { granted: 2 },
      failed: [],
    })
    const revoked = await json('bulk', 'revoke', list, '--offers', '1')
    expect(revoked).toMatchObject({
      counts: { revoked: 1, failed: 1 },
      failed: [{ row: '2', contact: '999999', detail: 'There is no contact with the id 999999.' }],
    })
    expect((await json('bulk', 'list')).slice(0, 2)).toMatchObject([
      { id: revoked.id, failed: '1' },
      { id: granted.id },
    ])
    expect((await json('bulk', 'retry', revoked.id)).counts).toEqual({ revoked: 1 })
    expect((await run('bulk', 'cancel', granted.id)).stderr).toContain('has ended')
    expect((await run('bulk', 'show', '999999')).stderr).toContain('There is no bulk job with the id 999999.')
  })

  test('mistakes in a file of rows are reported by the line, and columns by the names that there are', async () => {
    const [csv, list] = [join(settings.DATA_DIR, 'lines.csv'), join(settings.DATA_DIR, 'rows.json')]
    const mistakes = async (file: string, content: string) => {
      await writeFile(file, content)
      const { code, stderr } = await run('bulk', 'grant', file, '--offers', '1')
      expect(code).toBe(1)
      return stderr.trim().split('\n')
    }
    const known =
      'email, contact_id, name, offer_ids, send_customer_welcome_email, send_offer_grant_email, renew, expires_at'
    expect(await mistakes(csv, 'email,shade,empty\nada@example.com,x,\n')).toEqual([
      `bestow: lines.csv, line 1: There is no column "shade". Use ${known}.`,
    ])
    // A blank line, and a name on two lines.
    const rows =
      'email;name;renew\n\nada@example.com;"Ada\nLovelace";\nnobody;;extend\nbob@example.com;;later\n'
    expect(await mistakes(csv, rows)).toEqual([
      expect.stringMatching(/^bestow: lines\.csv, line 5, email: email is not an e-mail address/),
      expect.stringMatching(/^bestow: lines\.csv, line 6, renew: renew must be /),
    ])
    expect(
      await mistakes(list, '[{"email": "ada@example.com"}, {"email": "x@example.com", "shade": 1}]'),
    ).toEqual([`bestow: rows.json, row 2, shade: There is no member shade here. Use ${known}`])
  })

  test.each([
    ['semicolons', ';'],
    ['tabs', '\t'],
  ])(
    'a CSV file with %s is read like one with commas, and rows that fail are shown with their lines',
    async (name, by) => {
      const csv = join(settings.DATA_DIR, 'delimited.csv')
      const lines = [
        ['contact_id', 'email', 'name', 'offer_ids'],
        ['', `${name}@example.com`, 'Ada, Countess', '1,2'],
        ['', '', '', ''],
        ['999999', '', '', '1'],
      ]
      await writeFile(csv, `\ufeff${lines.map((line) => line.join(by)).join('\r\n')}\r\n`)
      const predicted = await json('bulk', 'grant', csv, '--dry-run')
      expect(predicted).toMatchObject({ total: 2, failures: [{ positions: [2], lines: [4] }] })
      expect((await run('bulk', 'grant', csv, '--dry-run')).stdout).toContain('with the id 999999. (line 4)')
      const granted = await json('bulk', 'grant', csv)
      expect(granted).toMatchObject({ counts: { granted: 1, failed: 1 }, failed: [{ row: '2', line: '4' }] })
      const [found] = await json('contacts', 'find', `${name}@example.com`)
      expect(found).toMatchObject({ name: 'Ada, Countess' })
    },
  )

  test('a former address finds the contact until it is released', async () => {
    const { id } = await json('contacts', 'create', '--email', 'alias@example.com')
    const api = await signIn(running.ready)
    const attributes = { email: 'alias.now@example.com' }
    await api.patch(`/v1/contacts/${id}`, { data: { type: 'contacts', attributes } })
    expect(await json('contacts', 'aliases', 'alias@example.com')).toMatchObject([
      { email: 'alias@example.com', reason: 'changed' },
    ])
    expect(await json('contacts', 'aliases', id, '--release', 'Alias@example.com')).toEqual([])
    expect((await run('contacts', 'aliases', 'alias@example.com')).stderr).toContain('There is no contact')
  })

  test('everything that is kept of a contact is exported as JSON, by id or e-mail', async () => {
    const exported = await json('contacts', 'export', 'grace@example.com')
    expect(exported).toMatchObject({
      contact: { email: 'grace@example.com', name: 'Grace Hopper' },
      customer: null,
      events: [{ type: 'contact_created', actor: 'cli' }],
    })
    const { stdout } = await run('contacts', 'export', exported.contact.id)
    expect(JSON.parse(stdout)).toEqual(exported)
    expect(stdout.split('\n').length).toBeGreaterThan(20)
    expect(await run('contacts', 'export', 'nobody@example.com')).toMatchObject({ code: 1, stdout: '' })
  })

  test('a dry run prints what would happen, and changes nothing', async () => {
    const { stdout } = await run('grant', 'grace@example.com', '1', '--dry-run')
    expect(stdout).toMatch(/^Grace Hopper would become a customer\.\n/)
    expect(stdout).toMatch(/nothing was changed\.\n$/)
    const { effects } = await json('revoke', 'grace@example.com', '1', '--dry-run')
    expect(effects).toMatchObject([{ effect: 'offer_revoked', happens: false, reason: 'not_held' }])
  })

  test('a grant sends the welcome e-mail, which can be listed and shown', async () => {
    const granted = await json('grant', 'grace@example.com', '1')
    expect(granted.held).toEqual(['1'])
    const list = () => json('emails', 'list', '--contact', 'grace@example.com')
    await until(async () => (await list())[0]?.status === 'kept')
    const [email] = await list()
    expect((await run('emails', 'show', email.id)).stdout).toMatch(/To: +Grace Hopper <grace@example.com>/)
    expect((await run('emails', 'show', email.id, '--html')).stdout).toMatch(/^<!doctype html>/i)
    expect((await json('emails', 'show', email.id)).subject).toEqual(expect.any(String))

    expect((await run('emails', 'resend-welcome', 'grace@example.com')).stdout).toContain('again')
    await until(async () => (await list()).length === 2)
  })

  test('a revoked offer is no longer held', async () => {
    expect((await json('revoke', 'grace@example.com', '1')).held).toEqual([])
    const [{ id }] = await json('contacts', 'find', 'grace@example.com')
    const held = await (await signIn(running.ready)).get(`/v1/contacts/${id}/relationships/offers`)
    expect(held.body.data).toEqual([])
  })

  test('a rotated key’s tokens are refused by the running server at once', async () => {
    const key = await json('keys', 'create', '--name', 'Script', '--permissions', 'view:contacts')
    expect((await json('keys', 'list')).map(({ client_id }: { client_id: string }) => client_id)).toContain(
      key.client_id,
    )
    const api = await signIn({ ...running.ready, ...key })
    expect((await api.get('/v1/contacts')).status).toBe(200)
    const rotated = await json('keys', 'rotate', key.client_id)
    expect((await api.get('/v1/contacts')).status).toBe(401)

    const again = await signIn({ ...running.ready, ...rotated })
    expect((await again.get('/v1/contacts')).status).toBe(200)
    expect(await json('keys', 'delete', key.id)).toBeTruthy()
    expect((await again.get('/v1/contacts')).status).toBe(401)
  })

  test('moving the clock 31 days ends a 30-day grant once, and moves the clock of the server', async () => {
    const api = await signIn(running.ready)
    const contact = (await api.createContact('tim@example.com')).body.data.id
    const offers = (await api.get('/v1/offers')).body.data
    const limited = offers.find(({ attributes }: { attributes: { title: string } }) =>
      /30 Days/.test(attributes.title),
    )
    expect((await api.grant(contact, limited.id)).status).toBe(200)

    const { now, expired } = await json('clock', 'advance', '31d')
    expect(expired.access_tokens).toBeGreaterThan(0)
    expect(Date.parse(now) - Date.now()).toBeGreaterThan(30.9 * 86_400_000)
    expect(Date.parse((await json('clock', 'show')).now)).toBeGreaterThanOrEqual(Date.parse(now))
    const database = await connectTo(settings.DATA_DIR)
    const { rows } = await database.query(`select from events where type = 'access_expired'`)
    await database.end()
    expect(rows).toHaveLength(1)

    // The old token has expired by the server's clock.
    expect((await api.get('/v1/me')).status).toBe(401)
    const later = await signIn(running.ready)
    expect((await later.get(`/v1/contacts/${contact}/relationships/offers`)).body.data).toEqual([])
    const made = await later.createContact('late@example.com')
    expect(Date.parse(made.body.data.attributes.created_at)).toBeGreaterThanOrEqual(Date.parse(now))
  })

  test.each([
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['keys', 'rotate'], /missing required argument 'id'/],
    [['keys', 'list', '--nonsense'], /unknown option '--nonsense'/],
    [['completion', 'tcsh'], /'tcsh' is invalid for argument/],
  ])('%j is not understood: a one-line error, and 2', async (args, reason) => {
    const { code, stdout, stderr } = await run(...args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^bestow: .*\n$/)
    expect(stderr).toMatch(reason)
  })

  test.each([
    [['clock', 'advance', 'soon'], /"soon" is not a length of time/],
    [['keys', 'rotate', '99'], /There is no key 99/],
    [['keys', 'create', '--name', 'x', '--permissions', ','], /--permissions is empty/],
    [['sites', 'edit', '1'], /Nothing to change/],
    [['sites', 'edit', '1', '--custom-domain', 'localhost.'], /host name/],
    [['contacts', 'create', '--email', 'nonsense'], /mail/],
    [['contacts', 'create', '--email', 'grace@example.com'], /taken|already/],
    [['grant', 'ada@example.com', '999'], /no grantable offer with the id 999/],
    [['emails', 'show', '999'], /999/],
    [['emails', 'list', '--status', 'nonsense'], /status|nonsense/],
  ])('%j fails with a one-line error', async (args, reason) => {
    const { code, stdout, stderr } = await run(...args)
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/^bestow: .*\n$/)
    expect(stderr).toMatch(reason)
  })

  test.each([
    [['frobnicate'], 2, /unknown command 'frobnicate'/],
    [['keys', 'rotate', '99'], 1, /There is no key 99/],
  ])('the process of %j ends with %d and the same error', async (args, expected, reason) => {
    const { code, stdout, stderr } = await finish(begin('node', [BESTOW, ...args], { settings }))
    expect([code, stdout]).toEqual([expected, ''])
    expect(stderr).toMatch(/^bestow: .*\n$/)
    expect(stderr).toMatch(reason)
  })

  test('a created account has a working key, and the next command requires --account', async () => {
    const made = await json(
      ...['accounts', 'create', '--name', 'Second', '--owner', 'O', '--email', 'o@example.com'],
      ...['--site', 'Second', '--subdomain', 'second'],
    )
    expect(made.client_secret).toEqual(expect.any(String))
    expect((await run('keys', 'list')).stderr).toMatch(/--account: 1 \(Demo\), \d+ \(Second\)/)
    expect(await json('keys', 'list', '--account', made.account_id)).toHaveLength(1)
  })

  test('coupons are created and archived, and sales are listed', async () => {
    const account = ['--account', '1']
    const made = await json(
      ...[
        'coupons',
        'create',
        '--code',
        'SPRING20',
        '--percent-off',
        '12.5%',
        '--ends-at',
        '2030-04-30',
        ...account,
      ],
    )
    expect(made).toMatchObject({ percent_off: 12.5, status: 'active', uses: 0 })
    expect((await run('coupons', 'list', ...account)).stdout).toMatch(/SPRING20 +12.5 +- +- +active +0/)
    expect(await json('coupons', 'archive', made.id)).toEqual({ id: made.id, archived: true })
    for (const sales of ['orders', 'purchases', 'transactions', 'payouts'])
      expect(await json(sales, 'list', '--from', '2026-01-01', ...account)).toEqual(expect.any(Array))
    expect((await run('orders', 'list', '--from', 'spring', ...account)).stderr).toContain('must be a date')
    expect((await run('payouts', 'list', ...account)).stdout).toContain('There are no payouts.')
  })

  test('something to grant is created, edited and archived', async () => {
    const account = ['--account', '1']
    const product = await json('products', 'create', '--title', 'Pottery', ...account)
    const made = await json(
      ...['offers', 'create', '--title', 'Pottery', '--price-in-cents', '9900', '--products', product.id],
      ...['--access-days', '30', '--id', '2147540333', ...account],
    )
    expect(made).toMatchObject({
      id: '2147540333',
      payment_type: 'single',
      access_days: 30,
      products: [product.id],
    })
    expect((await json('grant', 'grace@example.com', made.id, '--site', '1')).held).toContain(made.id)
    expect(await json('offers', 'edit', made.id, '--access-days', 'none')).toMatchObject({
      access_days: null,
    })
    expect((await run('products', 'archive', product.id)).stderr).toMatch(/used by the offer "Pottery"/)
    expect(await json('offers', 'archive', made.id)).toEqual({ id: made.id, archived: true })
    const offers = await json('offers', 'list', ...account)
    expect(offers.map(({ id }: { id: string }) => id)).not.toContain(made.id)
    const archived = await json('offers', 'list', '--archived', ...account)
    expect(archived.map(({ id }: { id: string }) => id)).toContain(made.id)
    const restored = await json('offers', 'restore', made.id, '--title', 'Pottery again')
    expect(restored).toMatchObject({ id: made.id, archived: false, title: 'Pottery again' })
    expect((await run('offers', 'restore', made.id)).stderr).toContain('no archived offer')
    expect(await json('accounts', 'list')).toHaveLength(2)
  })

  test('a custom field is created, edited and archived; the demo account has three', async () => {
    const account = ['--account', '1']
    const made = await json(
      ...['custom-fields', 'create', '--title', 'Level', '--type', 'SelectBoxField'],
      ...['--select-options', 'Low\nHigh', ...account],
    )
    expect(made).toMatchObject({ handle: 'custom_4', select_options: 'Low\nHigh', required: false })
    const changed = await json('custom-fields', 'edit', made.id, '--required', 'true', '--title', 'Skill')
    expect(changed).toMatchObject({ title: 'Skill', type: 'SelectBoxField', required: true })
    expect((await run('custom-fields', 'list', ...account)).stdout).toMatch(/custom_4 +Skill +SelectBoxField/)
    await json('custom-fields', 'archive', made.id)
    expect(await json('custom-fields', 'restore', made.id)).toMatchObject({ id: made.id, archived: false })
    expect((await run('custom-fields', 'restore', made.id)).stderr).toContain('no archived custom field')
    await json('custom-fields', 'archive', made.id)
    expect(await json('custom-fields', 'list', ...account)).toHaveLength(3)
  })

  test('a segment is created, edited and archived; its filters are JSON', async () => {
    const account = ['--account', '1']
    const filter = {
      where: {
        any: [
          { filter: 'search', value: 'ada' },
          { filter: 'subscribed', value: 'true' },
        ],
      },
    }
    const made = await json(
      ...['segments', 'create', '--name', 'Ada and friends', '--filter', JSON.stringify(filter)],
      ...['--sort', '-created_at', '--columns', 'name,email', ...account],
    )
    expect(made).toMatchObject({ filter, sort: '-created_at', columns: ['name', 'email'] })
    const wrong = await run('segments', 'edit', made.id, '--filter', '{"shoe_size": 37}')
    expect(wrong.stderr).toContain('There is no filter of contacts with the name "shoe_size"')
    expect((await run('segments', 'edit', made.id, '--filter', 'ada')).stderr).toContain('must be an object')
    const changed = await json('segments', 'edit', made.id, '--filter', '{"search": "ada"}', '--sort', 'none')
    expect(changed).toMatchObject({ filter: { search: 'ada' }, sort: null })
    expect((await run('segments', 'list', ...account)).stdout).toMatch(/Ada and friends +{"search":"ada"} +-/)
    await json('segments', 'archive', made.id)
    expect(await json('segments', 'list', ...account)).toEqual([])
  })

  test('a command about one resource needs no --account', async () => {
    const [demo] = await json('keys', 'list', '--account', '1')
    expect((await json('keys', 'rotate', demo.id)).client_id).toBe(demo.client_id)
    expect((await json('keys', 'rotate', demo.client_id)).id).toBe(demo.id)
    expect(await json('sites', 'edit', '1', '--title', 'Renamed')).toMatchObject({
      id: '1',
      title: 'Renamed',
    })
    const [{ id, email }] = await json('contacts', 'find', 'grace@example.com', '--site', '1')
    expect((await json('grant', id, '1')).held).toContain('1')
    expect((await json('grant', email, '1', '--site', '1')).held).toContain('1')
    const [sent] = await json('emails', 'list', '--contact', id)
    expect((await json('emails', 'show', sent.id)).to_email).toBe(email)
    expect((await run('keys', 'rotate', '99')).stderr).toMatch(/No account has a key 99/)
    expect((await run('keys', 'rotate', demo.id, '--account', '2')).stderr).toMatch(/There is no key/)
  })
})

describe('while no server runs', () => {
  beforeAll(async () => {
    await stop(running)
  })

  test('all data still exists, and can be changed', async () => {
    expect(await json('contacts', 'find', 'grace@', '--site', '1')).toHaveLength(1)
    const grant = ['grant', 'grace@example.com', '2', '--no-welcome', '--site', '1']
    expect((await bestowJson(grant, settings)).held).toContain('2')
    expect((await json('migrate')).migrated).toEqual([])
  })

  test('the clock keeps its offset, and can be moved', async () => {
    const before = Date.parse((await json('clock', 'show')).now)
    expect(before - Date.now()).toBeGreaterThan(30 * 86_400_000)
    expect(Date.parse((await json('clock', 'advance', '1h')).now)).toBeGreaterThanOrEqual(before + 3_600_000)
  })

  test('moving the clock past the expiry of tokens prints a note', async () => {
    await run('clock', 'advance', '8d')
    const key = await json('keys', 'create', '--name', 'Now', '--account', '1')
    running = await npmStart(settings.DATA_DIR)
    await signIn({ ...key, url: running.ready.url })
    const moved = await run('clock', 'advance', '8d')
    expect(moved.stdout).toMatch(/Expired: 1 access token\.\nClients need a new access token/)
    await stop(running)
  })
})
