/** Forms as people without a token fill them in: on their page, on other websites, and by links of e-mails. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cleanSubmissions } from '../forms/clean-submissions.ts'
import { countAttempt } from '../platform/auth/attempts.ts'
import { mailDomains } from '../platform/mail-domains.ts'
import { makeTag } from '../testing/automations.ts'
import { startDnsServer } from '../testing/dns-server.ts'
import { makeAccount, makeContact, makeOffer, subdomainOf, unique } from '../testing/fixtures.ts'
import { makeForm, newcomer, submissionBody } from '../testing/forms.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { expectRefusal } from '../testing/refusals.ts'
import { advanceClock } from '../worker/advance-clock.ts'
import { formScript } from './pages/render-page.ts'

let h: Harness
let siteId: string
/** Start of the addresses of the site. */
let base: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  base = `${h.url}/s/${await subdomainOf(h.app, siteId)}`
})
afterAll(() => h.close())

/** Sends fields as a browser does; each test from a network of its own, where nothing was counted yet. */
async function send(address: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  await h.app.db.deleteFrom('attempts').execute()
  return post(address, fields, headers)
}

const post = (address: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(address, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' })

const addressOf = (form: string, start = base) => `${start}/forms/${form}/form_submissions`

const submissionsOf = async (form: string) =>
  (await h.client.get(`/v1/form_submissions?filter[form_id]=${form}&sort=created_at`)).body.data

const contactOf = async (email: string) =>
  (await h.client.get(`/v1/contacts?filter[email]=${encodeURIComponent(email)}`)).body.data[0]

const asScript = { accept: 'application/json' }

describe('the page of a form', () => {
  test('shows the fields of the form, and works without a script, in the language of the browser', async () => {
    const inputs = [{ handle: 'name' }, { handle: 'email' }, { handle: 'phone_number' }]
    const form = await makeForm(h.app, siteId, { attributes: { title: 'News & more', inputs } })
    const page = await fetch(`${base}/forms/${form}`, { headers: { 'accept-language': 'es' } })
    const html = await page.text()
    expect([page.status, html]).toEqual([200, expect.stringContaining('<h1>News &amp; more</h1>')])
    expect(html).toContain('<label for="phone_number">Teléfono')
    expect(html).toContain(`action="${new URL(base).pathname}/forms/${form}/form_submissions"`)
    const person = newcomer()
    const answer = await send(addressOf(form), { ...person, phone_number: '1' })
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('<h1>Thank you</h1>')])
    expect((await contactOf(person.email)).attributes).toMatchObject({ ...person, phone_number: '1' })
  })

  test('with mistakes it is shown again, with all of them and with what was typed; nothing is stored', async () => {
    const form = await makeForm(h.app, siteId)
    const answer = await send(addressOf(form), { name: ' ', email: 'ada@"<b>' })
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(html).toContain('value="ada@&#34;&lt;b&gt;"')
    expect(html).toContain('<p class="error" id="name-error">Please fill in this field.')
    expect(html).toContain('<p class="error" id="email-error">This is not a valid e-mail address.')
    expect(await submissionsOf(form)).toEqual([])
  })

  test('a form that is unknown or of another site has no page', async () => {
    const foreign = await makeForm(h.app, (await makeAccount(h.app)).siteId)
    for (const id of [foreign, '999999', 'x']) {
      for (const path of [`${base}/forms/${id}`, addressOf(id)]) expect((await fetch(path)).status).toBe(404)
      expect((await send(addressOf(id), newcomer())).status).toBe(404)
      const scripted = await send(addressOf(id), newcomer(), asScript)
      expect([scripted.status, await scripted.json()]).toMatchObject([
        404,
        { problems: [{ handle: 'main' }] },
      ])
    }
  })

  test('an archived form is closed, and keeps its short address', async () => {
    const form = await makeForm(h.app, siteId)
    await h.client.delete(`/v1/forms/${form}`)
    const stranger = await makeAccount(h.app)
    const same = { type: 'forms', id: form, attributes: { title: 'The same id' } }
    for (const start of [base, h.url]) {
      for (const answer of [
        await fetch(`${base}/forms/${form}`),
        await send(addressOf(form, start), newcomer()),
      ])
        expect([answer.status, await answer.text()]).toEqual([
          410,
          expect.stringContaining('This form is closed'),
        ])
      const scripted = await send(addressOf(form, start), newcomer(), asScript)
      expect([scripted.status, await scripted.json()]).toEqual([
        410,
        { problems: [{ handle: 'main', text: expect.stringMatching(/^This form is closed/) }] },
      ])
    }
    expect((await h.clientWith(stranger.token).post('/v1/forms', { data: same })).status).toBe(201)
    expect((await send(addressOf(form, h.url), newcomer())).status).toBe(404)
    expect((await send(addressOf(form), newcomer())).status).toBe(410)
    expect(await submissionsOf(form)).toEqual([])
  })

  test('the address of a form, opened in a browser, shows the form', async () => {
    const form = await makeForm(h.app, siteId)
    for (const start of [base, h.url]) {
      const answer = await fetch(addressOf(form, start), { redirect: 'manual' })
      expect([answer.status, new URL(answer.headers.get('location')!, h.url).href]).toEqual([
        303,
        `${base}/forms/${form}`,
      ])
    }
  })

  test('a value that a field does not take: the text says what is expected', async () => {
    const types: [type: string, value: string, expected: string, options?: string][] = [
      ['NumberField', 'many', 'Please enter a number, such as 149.5'],
      ['DateField', '1 May', 'Please enter a date as year, month and day, such as 2026-01-31.'],
      ['PhoneField', 'x', 'Please enter a phone number, such as +1 212 555 0100.'],
      ['EmailField', 'x', 'It should look like name@example.com.'],
      ['CheckboxField', 'maybe', 'Please answer with yes or no.'],
      ['CountryField', 'Atlantis', 'Please enter a country by its English name or its code'],
      ['SelectBoxField', 'Green', 'Please choose one of these: Red and Blue.', 'Red\nBlue'],
      ['TextField', 'x'.repeat(1_001), 'at most 1000 characters are possible.'],
      ['TextAreaField', 'x'.repeat(10_001), 'at most 10000 characters are possible.'],
    ]
    for (const [type, value, expected, select_options] of types) {
      const attributes = { title: type, type, ...(select_options && { select_options }) }
      const { body } = await h.client.post('/v1/custom_fields', {
        data: { type: 'custom_fields', attributes },
      })
      const { handle } = body.data.attributes
      const form = await makeForm(h.app, siteId, { attributes: { inputs: [{ handle }] } })
      const entered = { email: newcomer().email, [handle]: value }
      const { problems } = (await (await send(addressOf(form), entered, asScript)).json()) as {
        problems: object[]
      }
      expect(problems).toEqual([{ handle, text: expect.stringContaining(expected) }])
      expect(await (await send(addressOf(form), entered)).text()).toContain(expected)
      await h.client.delete(`/v1/custom_fields/${body.data.id}`)
    }
  })
})

describe('the address of a form', () => {
  test('takes plain field names and those within form_submission[…]', async () => {
    const form = await makeForm(h.app, siteId)
    const [one, two] = [newcomer(), newcomer()]
    await send(addressOf(form), { ...one, utf8: '✓' })
    await send(addressOf(form), {
      'form_submission[name]': two.name,
      'form_submission[email]': two.email,
    })
    const entered = (await submissionsOf(form)).map(({ attributes }: { attributes: object }) => attributes)
    expect(entered).toMatchObject([one, two])
  })

  test('on the host of the server it needs no site, unless several sites have a form of this id', async () => {
    const form = await makeForm(h.app, siteId)
    expect((await send(addressOf(form, h.url), newcomer())).status).toBe(200)
    const stranger = await makeAccount(h.app)
    const chosen = { type: 'forms', id: form, attributes: { title: 'The same id' } }
    expect((await h.clientWith(stranger.token).post('/v1/forms', { data: chosen })).status).toBe(201)
    expect((await send(addressOf(form, h.url), newcomer())).status).toBe(404)
    expect((await send(addressOf(form), newcomer())).status).toBe(200)
    expect(await submissionsOf(form)).toHaveLength(2)
  })

  test('only what the form asks for is stored', async () => {
    const form = await makeForm(h.app, siteId)
    const person = newcomer()
    await send(addressOf(form), { ...person, phone_number: '1', subscribed: 'false', site_id: '1' })
    expect((await contactOf(person.email)).attributes).toMatchObject({ phone_number: null, subscribed: true })
  })

  test('a stranger adds to what a contact has, and changes nothing of it', async () => {
    const inputs = [
      { handle: 'name' },
      { handle: 'email' },
      { handle: 'phone_number' },
      { handle: 'address_city' },
    ]
    const form = await makeForm(h.app, siteId, { attributes: { inputs } })
    const email = `known${unique()}@example.com`
    const id = await makeContact(h.app, siteId, { email, name: 'Ada Lovelace' })
    const attributes = { phone_number: '1' }
    await h.client.patch(`/v1/contacts/${id}`, { data: { type: 'contacts', id, attributes } })
    await send(addressOf(form), { name: 'Somebody', email, phone_number: '666', address_city: 'Paris' })
    expect((await contactOf(email)).attributes).toMatchObject({
      name: 'Ada Lovelace',
      phone_number: '1',
      address_city: 'Paris',
    })
    expect((await submissionsOf(form))[0].attributes).toMatchObject({ name: 'Somebody', phone_number: '666' })
  })

  test('a name that was made from the e-mail is no name: a stranger gives the first one', async () => {
    const form = await makeForm(h.app, siteId, { offerIds: [await makeOffer(h.app, siteId)] })
    const silent = await makeForm(h.app, siteId, {
      attributes: { inputs: [{ handle: 'email' }] },
      offerIds: [await makeOffer(h.app, siteId)],
    })
    const email = `ada.l${unique()}@example.com`
    await send(addressOf(silent), { email })
    expect((await contactOf(email)).attributes.name).toBe(email.split('@')[0])
    await send(addressOf(form), { name: 'Ada Lovelace', email })
    const contact = await contactOf(email)
    expect(contact.attributes.name).toBe('Ada Lovelace')
    const customer = (await h.client.get(`/v1/customers?filter[email]=${email}`)).body.data[0]
    expect(customer.attributes.name).toBe('Ada Lovelace')
    await send(addressOf(form), { name: 'Somebody', email })
    expect((await contactOf(email)).attributes.name).toBe('Ada Lovelace')
  })

  test('a stranger subscribes nobody who has unsubscribed; a token does', async () => {
    const form = await makeForm(h.app, siteId)
    const person = { name: 'Ada', email: `unsubscribed${unique()}@example.com` }
    const id = await makeContact(h.app, siteId, person)
    await h.client.patch(`/v1/contacts/${id}`, {
      data: { type: 'contacts', id, attributes: { subscribed: false } },
    })
    await send(addressOf(form), person)
    expect((await contactOf(person.email)).attributes.subscribed).toBe(false)
    await h.client.post(`/v1/forms/${form}/submit`, submissionBody(person))
    expect((await contactOf(person.email)).attributes.subscribed).toBe(true)
  })

  test('a program that fills in the hidden field gets the answer of success, and nothing is stored', async () => {
    const form = await makeForm(h.app, siteId, { attributes: { success_message: 'See you soon.' } })
    const person = newcomer()
    const [real, trapped] = [
      await send(addressOf(form), person),
      await send(addressOf(form), { ...newcomer(), leave_empty: 'x' }),
    ]
    const withoutToken = (html: string) => html.replace(/name="_csrf" value="[^"]*"/g, '')
    expect([trapped.status, withoutToken(await trapped.text())]).toEqual([
      real.status,
      withoutToken(await real.text()),
    ])
    const scripted = await send(addressOf(form), { ...newcomer(), leave_empty: 'x' }, asScript)
    expect([scripted.status, await scripted.json()]).toEqual([
      201,
      { message: 'See you soon.', redirect_url: null },
    ])
    expect(await submissionsOf(form)).toHaveLength(1)
  })

  test('more than ten submissions of an address from a network are 429 with Retry-After, also for programs', async () => {
    const form = await makeForm(h.app, siteId)
    const person = newcomer()
    await h.app.db.deleteFrom('attempts').execute()
    for (let i = 0; i < 10; i++) expect((await post(addressOf(form), person)).status).toBe(200)
    const refused = await post(addressOf(form), person)
    expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([429, expect.any(Number)])
    expect(await refused.text()).toContain('Too many attempts')
    const scripted = await post(addressOf(form), person, asScript)
    expect([scripted.status, await scripted.json()]).toMatchObject([429, { problems: [{ handle: 'main' }] }])
    expect(await submissionsOf(form)).toHaveLength(10)
    await h.app.db.deleteFrom('attempts').execute()
  })

  test('a form that sends e-mails takes five of an address; a network that submits much can still sign in', async () => {
    const form = await makeForm(h.app, siteId, { attributes: { double_opt_in: true } })
    const person = newcomer()
    await h.app.db.deleteFrom('attempts').execute()
    for (let i = 0; i < 5; i++) expect((await post(addressOf(form), person)).status).toBe(200)
    expect((await post(addressOf(form), person)).status).toBe(429)
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async () => (await post(addressOf(form), newcomer())).status),
    )
    expect(statuses).toContain(429)
    const signIn = { realm: `site:${siteId}`, kind: 'password', person: person.email } as const
    expect(await countAttempt(h.app, { ...signIn, source: '127.0.0.1' })).toBe(0)
    await h.app.db.deleteFrom('attempts').execute()
  })

  test('a body is limited in bytes and in fields', async () => {
    const form = await makeForm(h.app, siteId)
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`f${i}`, '1']))
    const large = { ...newcomer(), name: 'x'.repeat(70_000) }
    for (const [fields, status, heading, detail] of [
      [many, 400, 'We could not read this form', 'A request may have at most 200 fields.'],
      [large, 413, 'This is too much text', 'All fields together can have at most 64 kB.'],
    ] as const) {
      const answer = await send(addressOf(form), fields)
      expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(heading)])
      const scripted = await send(addressOf(form), fields, asScript)
      expect([scripted.status, await scripted.json()]).toEqual([
        status,
        { problems: [{ handle: 'main', text: expect.stringContaining(detail) }] },
      ])
    }
    expect(await submissionsOf(form)).toEqual([])
  })

  test('disposable addresses are refused, and domains that accept no mail', async () => {
    const dns = await startDnsServer({ 'good.example': { mx: ['mx.good.example'] }, 'bad.example': {} })
    const checking = await startHarness({ mailDomains: mailDomains(dns.resolver) })
    const form = await makeForm(checking.app, checking.account.siteId)
    const submit = (email: string) =>
      checking.client.post(`/v1/forms/${form}/submit`, submissionBody({ name: 'Ada', email }))
    expect((await submit('ada@good.example')).status).toBe(201)
    const pointer = { pointer: '/data/attributes/email' }
    const { body } = await expectRefusal(checking.app, () => submit('ada@bad.example'), 422, pointer)
    expect(body.errors[0]).toMatchObject({
      code: 'undeliverable_email',
      detail: 'Email cannot be delivered: bad.example does not accept e-mail',
    })
    const subdomain = await subdomainOf(checking.app, checking.account.siteId)
    const address = `${checking.url}/s/${subdomain}/forms/${form}/form_submissions`
    for (const [email, words] of [
      ['ada@bad.example', 'We cannot send e-mail to this address'],
      ['ada@mailinator.com', 'disposable e-mail service'],
    ] as const) {
      const page = await post(address, { name: 'Ada', email })
      expect([page.status, await page.text()]).toEqual([422, expect.stringContaining(words)])
    }
    dns.close()
    await checking.close()
  })
})

describe('on other websites', () => {
  test('the snippet is a form that works', async () => {
    const form = await makeForm(h.app, siteId)
    const { html, action_url, page_url } = (await h.client.get(`/v1/forms/${form}/snippet`)).body.data
      .attributes
    expect(html).toContain(`<form action="${action_url}" method="post"`)
    expect(page_url).toBe(`${base}/forms/${form}`)
    const [, script] = /<script src="([^"]+)" defer>/.exec(html)!
    const served = await fetch(script!)
    expect([served.status, served.headers.get('content-type')]).toEqual([
      200,
      'text/javascript; charset=utf-8',
    ])
    const names = [...html.matchAll(/ name="(\w+)"/g)].map(([, name]) => name)
    expect(names).toEqual(['name', 'email', 'leave_empty'])
    const answer = await send(
      action_url,
      { ...newcomer(), leave_empty: '' },
      { origin: 'https://elsewhere.example' },
    )
    expect(answer.status).toBe(200)
    expect(await submissionsOf(form)).toHaveLength(1)
  })

  test('the script has less than 3 kB', () => {
    expect(Buffer.byteLength(formScript)).toBeLessThan(3_000)
  })

  test('scripts of allowed origins may read the answers; those of others are refused before anything is stored', async () => {
    const form = await makeForm(h.app, siteId, {
      attributes: { allowed_origins: ['https://www.example.com'] },
    })
    const from = (origin: string) => ({ ...asScript, origin })
    const allowed = await send(addressOf(form), newcomer(), from('https://www.example.com'))
    expect([
      allowed.status,
      allowed.headers.get('access-control-allow-origin'),
      allowed.headers.get('vary'),
    ]).toEqual([201, 'https://www.example.com', expect.stringContaining('Origin')])
    const wrong = await send(addressOf(form), { name: '', email: 'x' }, from('https://www.example.com'))
    expect([wrong.status, wrong.headers.get('access-control-allow-origin'), await wrong.json()]).toEqual([
      422,
      'https://www.example.com',
      {
        problems: [
          { handle: 'name', text: 'Please fill in this field.' },
          { handle: 'email', text: expect.stringContaining('not a valid e-mail address') },
        ],
      },
    ])
    for (const origin of ['https://evil.example', 'http://www.example.com', 'null']) {
      const refused = await send(addressOf(form), newcomer(), from(origin))
      expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null])
      const asked = await fetch(addressOf(form), { method: 'OPTIONS', headers: { origin } })
      expect(
        asked.headers.get('access-control-allow-methods') && asked.headers.get('access-control-allow-origin'),
      ).toBeNull()
    }
    expect(await submissionsOf(form)).toHaveLength(1)
    const asked = await fetch(addressOf(form), {
      method: 'OPTIONS',
      headers: { origin: 'https://www.example.com', 'access-control-request-method': 'POST' },
    })
    expect([asked.status, asked.headers.get('access-control-allow-methods')]).toEqual([200, 'POST'])
  })

  test('scripts of allowed origins may also read why a form was not taken at all', async () => {
    const origin = 'https://www.example.com'
    const form = await makeForm(h.app, siteId, { attributes: { allowed_origins: [origin] } })
    const large = { ...newcomer(), name: 'x'.repeat(70_000) }
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`f${i}`, '1']))
    for (const [fields, status] of [
      [large, 413],
      [many, 400],
    ] as const) {
      for (const [from, allowed] of [
        [origin, origin],
        ['https://evil.example', null],
      ] as const) {
        const answer = await send(addressOf(form), fields, { ...asScript, origin: from })
        expect([
          answer.status,
          answer.headers.get('access-control-allow-origin'),
          answer.headers.get('vary'),
        ]).toEqual([status, allowed, expect.stringContaining('Origin')])
      }
    }
    const missing = await send(addressOf('999999'), newcomer(), { ...asScript, origin })
    expect([missing.status, missing.headers.get('access-control-allow-origin')]).toEqual([404, null])
  })

  test('afterwards the visitor goes to the address of the form, and nowhere else', async () => {
    const redirect_url = 'https://example.com/thanks?a=1'
    const form = await makeForm(h.app, siteId, { attributes: { redirect_url } })
    const answer = await send(addressOf(form), { ...newcomer(), redirect_url: 'https://evil.example/' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, redirect_url])
    const scripted = await send(addressOf(form), newcomer(), asScript)
    expect(await scripted.json()).toMatchObject({ redirect_url })
    const { headers } = await fetch(`${base}/forms/${form}`)
    expect(headers.get('content-security-policy')).toContain("form-action 'self' https: http:;")
  })

  test('the page of a form may be framed by pages of our own origin, as the portal previews it', async () => {
    const form = await makeForm(h.app, siteId)
    const { headers } = await fetch(`${base}/forms/${form}`)
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("form-action 'self'; frame-ancestors 'self';")
    const answered = await send(addressOf(form), newcomer())
    expect(answered.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  })

  test('an address with letters beyond ASCII is sent as browsers write it', async () => {
    const attributes = { redirect_url: 'https://münchen.example/grüße' }
    const form = await makeForm(h.app, siteId, { attributes })
    const answer = await send(addressOf(form), newcomer())
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      'https://xn--mnchen-3ya.example/gr%C3%BC%C3%9Fe',
    ])
    expect(await submissionsOf(form)).toHaveLength(1)
    // As it was stored before.
    await sql`update forms set redirect_url = ${attributes.redirect_url} where id = ${form}`.execute(h.app.db)
    expect((await send(addressOf(form), newcomer())).status).toBe(303)
  })
})

describe('double opt-in', () => {
  const linkFor = async (email: string): Promise<string> => {
    await h.drain()
    const { text } = await h.app.db
      .selectFrom('emails')
      .select('text')
      .where('kind', '=', 'form_confirmation')
      .where('to_email', '=', email)
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    const path = /\/form\/[\w-]+/.exec(text!)![0]
    return base + path
  }

  /** As somebody does who opens the link. @returns what presses the button */
  async function open(link: string): Promise<() => Promise<Response>> {
    const page = await fetch(link)
    const token = /name="_csrf" value="([^"]+)"/.exec(await page.text())![1]!
    const cookie = page.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ')
    return () => post(link, { _csrf: token }, { cookie })
  }

  const confirm = async (link: string) => (await open(link))()

  const eventsOf = async (form: string) => {
    const { rows } = await sql<{ type: string }>`
      select type from events where data ->> 'form_id' = ${form} order by id`.execute(h.app.db)
    return rows.map(({ type }) => type)
  }

  const makeDoubleForm = async (attributes: object = {}) => {
    const [offer, tag] = [await makeOffer(h.app, siteId), await makeTag(h.app, siteId)]
    return makeForm(h.app, siteId, {
      attributes: { double_opt_in: true, ...attributes },
      offerIds: [offer],
      tagIds: [tag],
    })
  }

  test('before the confirmation there is an e-mail and nothing else; afterwards everything, once', async () => {
    const form = await makeDoubleForm({ success_message: 'All done.' })
    const person = newcomer()
    const answer = await send(addressOf(form), person)
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Check your inbox')])
    const link = await linkFor(person.email)
    expect(await contactOf(person.email)).toBeUndefined()
    expect((await submissionsOf(form))[0].attributes).toMatchObject({ status: 'pending', contact_id: null })
    expect(await eventsOf(form)).toEqual(['form_confirmation_requested'])
    // Mail programs look at links.
    for (let i = 0; i < 3; i++) expect((await fetch(link)).status).toBe(200)
    expect(await contactOf(person.email)).toBeUndefined()

    const done = await confirm(link)
    expect([done.status, await done.text()]).toEqual([200, expect.stringContaining('All done.')])
    const contact = await contactOf(person.email)
    expect(contact.attributes).toMatchObject({ ...person, subscribed: true })
    expect(contact.relationships.tags.data).toHaveLength(1)
    expect((await h.client.get(`/v1/grants?filter[contact_id]=${contact.id}`)).body.data).toHaveLength(1)
    expect((await submissionsOf(form))[0].attributes).toMatchObject({
      status: 'accepted',
      contact_id: contact.id,
      confirmed_at: expect.any(String),
    })
    expect(await eventsOf(form)).toEqual(['form_confirmation_requested', 'form_submitted'])
    // The link shows that it is done.
    expect(await (await fetch(link)).text()).toContain('All done.')
  })

  test('of ten confirmations at the same moment, one has an effect', async () => {
    const form = await makeDoubleForm()
    const person = newcomer()
    await send(addressOf(form), person)
    const link = await linkFor(person.email)
    const answers = await Promise.all(Array.from({ length: 10 }, () => confirm(link)))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(await eventsOf(form)).toEqual(['form_confirmation_requested', 'form_submitted'])
    const contact = await contactOf(person.email)
    expect((await h.client.get(`/v1/grants?filter[contact_id]=${contact.id}`)).body.data).toHaveLength(1)
  })

  test('the API waits for the confirmation, too; who confirms may change what the contact has', async () => {
    const form = await makeDoubleForm()
    const email = `confirmed${unique()}@example.com`
    await makeContact(h.app, siteId, { email, name: 'Ada' })
    const { status, body } = await h.client.post(
      `/v1/forms/${form}/submit`,
      submissionBody({ name: 'Ada King', email }),
    )
    expect([status, body.data.attributes.status]).toEqual([201, 'pending'])
    expect((await contactOf(email)).attributes.name).toBe('Ada')
    await confirm(await linkFor(email))
    expect((await contactOf(email)).attributes.name).toBe('Ada King')
  })

  test('a link of a form that was archived meanwhile says that it is closed, and confirms nothing', async () => {
    const form = await makeDoubleForm()
    const person = newcomer()
    await send(addressOf(form), person)
    const link = await linkFor(person.email)
    const press = await open(link)
    await h.client.delete(`/v1/forms/${form}`)
    for (const answer of [await fetch(link), await press()])
      expect([answer.status, await answer.text()]).toEqual([
        410,
        expect.stringContaining('This form is closed'),
      ])
    expect(await contactOf(person.email)).toBeUndefined()
  })

  test('planted fault: a confirmation that fails changes nothing, and the link can be used again', async () => {
    const form = await makeDoubleForm()
    const person = newcomer()
    await send(addressOf(form), person)
    const link = await linkFor(person.email)
    const setArchived = (archived_at: Date | null) =>
      sql`update offers set archived_at = ${archived_at} where id in (select offer_id from form_offers where form_id = ${form})`.execute(
        h.app.db,
      )
    await setArchived(h.app.clock.now())
    expect((await confirm(link)).status).toBeGreaterThanOrEqual(400)
    expect(await contactOf(person.email)).toBeUndefined()
    await setArchived(null)
    expect((await confirm(link)).status).toBe(200)
    expect(await contactOf(person.email)).toBeDefined()
  })

  test('an expired link is 410, and what nobody confirms is deleted with the content of its e-mail', async () => {
    const form = await makeDoubleForm()
    const person = newcomer()
    await send(addressOf(form), person)
    const link = await linkFor(person.email)
    await advanceClock(h.app, 8 * 86_400_000)
    const late = await fetch(link)
    expect([late.status, await late.text()]).toEqual([410, expect.stringContaining('This link has expired')])
    const kept = () =>
      h.app.db.selectFrom('form_submissions').select('id').where('form_id', '=', form).execute()
    await cleanSubmissions(h.app)
    expect(await kept()).toHaveLength(1)
    await advanceClock(h.app, 7 * 86_400_000)
    await cleanSubmissions(h.app)
    expect(await kept()).toEqual([])
    const { rows } = await sql`
      select from emails where to_email = ${person.email} or text like ${`%${person.email}%`}`.execute(
      h.app.db,
    )
    expect(rows).toEqual([])
  })
})
