import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAutomation, makeTag } from '../testing/automations.ts'
import { makeAccount, makeKey, makeOffer, makeSite, subdomainOf, unique } from '../testing/fixtures.ts'
import { makeForm, newcomer, submissionBody } from '../testing/forms.ts'
import { type Harness, startHarness } from '../testing/harness.ts'
import { makeHook } from '../testing/hooks.ts'
import { expectRefusal } from '../testing/refusals.ts'

let h: Harness
let siteId: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
})
afterAll(() => h.close())

const document = (attributes: object, more: object = {}) => ({ data: { type: 'forms', attributes, ...more } })
const show = async (id: string, query = '') => (await h.client.get(`/v1/forms/${id}${query}`)).body
const linkage = (type: string, ids: string[]) => ({ data: ids.map((id) => ({ type, id })) })

describe('GET /v1/forms', () => {
  test('a form has the attributes and relationships that Kajabi documents', async () => {
    const offerId = await makeOffer(h.app, siteId)
    const tagId = await makeTag(h.app, siteId)
    const id = await makeForm(h.app, siteId, {
      attributes: { title: 'Write to us' },
      offerIds: [offerId],
      tagIds: [tagId],
    })
    const { data, included } = await show(id, '?include=fields,site,offer,contact_tags')
    const subdomain = await subdomainOf(h.app, siteId)
    expect(data.attributes).toMatchObject({
      title: 'Write to us',
      default: false,
      webhook_url: null,
      url: `${h.url}/s/${subdomain}/forms/${id}`,
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
    })
    expect(data.relationships).toMatchObject({
      site: { data: { type: 'sites', id: siteId } },
      offer: { data: { type: 'offers', id: offerId } },
      contact_tags: linkage('contact_tags', [tagId]),
    })
    const fields = included.filter(({ type }: { type: string }) => type === 'fields')
    expect(fields.map(({ attributes }: { attributes: object }) => attributes)).toMatchObject([
      {
        title: 'Name',
        type: 'TextField',
        required: true,
        handle: 'name',
        select_options: null,
        editable: false,
      },
      {
        title: 'E-mail',
        type: 'EmailField',
        required: true,
        handle: 'email',
        select_options: null,
        editable: false,
      },
    ])
    expect(data.relationships.fields.data.map((field: { id: string }) => field.id)).toEqual(
      fields.map(({ id: fieldId }: { id: string }) => fieldId),
    )
  })

  test('filter[title_cont] and sort=-title are those of the document', async () => {
    const word = `course${unique()}`
    const ids = [
      await makeForm(h.app, siteId, { attributes: { title: `A ${word}` } }),
      await makeForm(h.app, siteId, { attributes: { title: `B ${word.toUpperCase()}` } }),
    ]
    const { body } = await h.client.get(
      `/v1/forms?filter[title_cont]=${word}&sort=-title&fields[forms]=title`,
    )
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(ids.toReversed())
    expect(Object.keys(body.data[0].attributes)).toEqual(['title'])
  })

  test('a title is unique on its site, whatever its case, until the form is archived', async () => {
    const title = `Unique ${unique()}`
    const id = await makeForm(h.app, siteId, { attributes: { title } })
    const again = () => h.client.post('/v1/forms', document({ title: title.toUpperCase() }))
    const { body } = await expectRefusal(h.app, again, 422, { pointer: '/data/attributes/title' })
    expect(body.errors[0].detail).toBe('Title has already been taken')
    expect((await h.client.delete(`/v1/forms/${id}`)).status).toBe(200)
    expect((await again()).status).toBe(201)
  })
})

describe('the default form', () => {
  test('/v1/forms/default is the default form of the site, and moves with the attribute', async () => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    expect((await client.get('/v1/forms/default')).status).toBe(404)
    const first = await makeForm(h.app, account.siteId, { attributes: { default: true } })
    expect((await client.get('/v1/forms/default')).body.data.id).toBe(first)
    const second = await makeForm(h.app, account.siteId)
    const patched = await client.patch(`/v1/forms/${second}`, document({ default: true }))
    expect(patched.body.data.attributes.default).toBe(true)
    expect((await client.get('/v1/forms/default')).body.data.id).toBe(second)
    expect((await client.get(`/v1/forms/${first}`)).body.data.attributes.default).toBe(false)
    const submitted = await client.post('/v1/forms/default/submit', submissionBody(newcomer()))
    expect(submitted.body.data.relationships.form.data.id).toBe(second)
    await client.delete(`/v1/forms/${second}`)
    expect((await client.get('/v1/forms/default')).status).toBe(404)
  })

  test('is changed and archived under the id default, too', async () => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    const id = await makeForm(h.app, account.siteId, { attributes: { default: true } })
    const path = '/v1/forms/default'
    const changed = await client.patch(path, document({ title: 'Renamed' }))
    expect([changed.status, changed.body.data.id, changed.body.data.attributes.title]).toEqual([
      200,
      id,
      'Renamed',
    ])
    const second = await makeForm(h.app, await makeSite(h.app, account), { attributes: { default: true } })
    await expectRefusal(h.app, () => client.delete(path), 400, { parameter: 'filter[site_id]' })
    expect((await client.delete(`${path}?filter[site_id]=${account.siteId}`)).status).toBe(200)
    expect((await client.get(path)).body.data.id).toBe(second)
  })

  test('of ten forms made the default at the same moment, one is', async () => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    const ids = await Promise.all(Array.from({ length: 10 }, () => makeForm(h.app, account.siteId)))
    const answers = await Promise.all(
      ids.map((id) => client.patch(`/v1/forms/${id}`, document({ default: true }))),
    )
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200))
    const { body } = await client.get('/v1/forms')
    const defaults = body.data.filter(
      ({ attributes }: { attributes: { default: boolean } }) => attributes.default,
    )
    expect(defaults).toHaveLength(1)
  })

  test('in an account with several sites, filter[site_id] says which default form is meant', async () => {
    const account = await makeAccount(h.app)
    const client = h.clientWith(account.token)
    const sites = [account.siteId, await makeSite(h.app, account)]
    const ids = await Promise.all(
      sites.map((site) => makeForm(h.app, site, { attributes: { default: true } })),
    )
    await expectRefusal(h.app, () => client.get('/v1/forms/default'), 400, { parameter: 'filter[site_id]' })
    for (const [index, site] of sites.entries()) {
      const query = `?filter[site_id]=${site}`
      expect((await client.get(`/v1/forms/default${query}`)).body.data.id).toBe(ids[index])
      const submitted = await client.post(`/v1/forms/default/submit${query}`, submissionBody(newcomer()))
      expect(submitted.body.data.relationships.form.data.id).toBe(ids[index])
    }
  })
})

describe('writing', () => {
  test('inputs keep their ids when others change; e-mail is always asked for', async () => {
    const id = await makeForm(h.app, siteId, { attributes: { inputs: [{ handle: 'phone_number' }] } })
    const before = (await show(id)).data
    expect(before.attributes.inputs).toEqual([
      { handle: 'phone_number', required: false },
      { handle: 'email', required: true },
    ])
    const inputs = [{ handle: 'email' }, { handle: 'name' }, { handle: 'phone_number', required: true }]
    const { body } = await h.client.patch(`/v1/forms/${id}`, document({ inputs }))
    const [phone, email] = before.relationships.fields.data
    expect(body.data.relationships.fields.data).toEqual([email, expect.anything(), phone])
  })

  test.each([
    ['an unknown handle', [{ handle: 'shoe_size' }], '/data/attributes/inputs/0/handle', 'phone_number'],
    ['a handle twice', [{ handle: 'name' }, { handle: 'name' }], '/data/attributes/inputs', 'twice'],
    ['an optional e-mail', [{ handle: 'email', required: false }], '/data/attributes/inputs', 'email'],
  ])('%s is 422', async (_what, inputs, pointer, word) => {
    const request = () => h.client.post('/v1/forms', document({ title: `Form ${unique()}`, inputs }))
    const { body } = await expectRefusal(h.app, request, 422, { pointer })
    expect(body.errors[0].detail).toContain(word)
  })

  test.each([
    'javascript:alert(1)',
    'ftp://example.com/',
    '//example.com',
    'https://user:pw@example.com/',
    '/thanks',
    'https://a;b.example/',
    'https://a,b.example/',
  ])('a redirect to %s is 422', async (redirect_url) => {
    const request = () => h.client.post('/v1/forms', document({ title: `Form ${unique()}`, redirect_url }))
    await expectRefusal(h.app, request, 422, { pointer: '/data/attributes/redirect_url' })
  })

  test('offers and tags are replaced by a PATCH; one that is unknown or of another account is 404', async () => {
    const offers = [await makeOffer(h.app, siteId), await makeOffer(h.app, siteId)]
    const id = await makeForm(h.app, siteId, { offerIds: [offers[0]!] })
    const patch = (ids: string[]) =>
      h.client.patch(`/v1/forms/${id}`, document({}, { relationships: { offers: linkage('offers', ids) } }))
    const { body } = await patch(offers.toReversed())
    expect(body.data.relationships.offers.data.map((offer: { id: string }) => offer.id)).toEqual(
      offers.toReversed(),
    )
    expect(body.data.relationships.offer.data.id).toBe(offers[1])
    const foreign = await makeOffer(h.app, (await makeAccount(h.app)).siteId)
    for (const [wrong, named] of [
      [foreign, `with the id ${foreign}`],
      ['999999', 'with the id 999999'],
      ['99999999999999999999', 'with this id'],
    ] as const) {
      const pointer = '/data/relationships/offers/data/1'
      const refused = await expectRefusal(h.app, () => patch([offers[0]!, wrong]), 404, { pointer })
      expect(refused.body.errors[0].detail).toContain(`There is no offer ${named} on the site`)
    }
    expect((await patch([])).body.data.relationships.offer.data).toBeNull()
  })

  test('what a form does takes the permission to do it by hand', async () => {
    const [offer, tag] = [await makeOffer(h.app, siteId), await makeTag(h.app, siteId)]
    const only = h.clientWith((await makeKey(h.app, h.account, ['manage:forms', 'view:forms'])).token)
    const post = (attributes: object, relationships: object) =>
      only.post('/v1/forms', document({ title: `Form ${unique()}`, ...attributes }, { relationships }))
    await expectRefusal(h.app, () => post({}, { offers: linkage('offers', [offer]) }), 403, {
      pointer: '/data/relationships/offers/data',
    })
    await expectRefusal(h.app, () => post({}, { contact_tags: linkage('contact_tags', [tag]) }), 403, {
      pointer: '/data/relationships/contact_tags/data',
    })
    await expectRefusal(h.app, () => post({ webhook_url: 'https://example.com/' }, {}), 403)
    expect((await post({}, {})).status).toBe(201)
  })

  test('an offer or a tag that a form uses cannot be archived, and a form that is used cannot either', async () => {
    const [offer, tag] = [await makeOffer(h.app, siteId), await makeTag(h.app, siteId)]
    const id = await makeForm(h.app, siteId, { offerIds: [offer], tagIds: [tag] })
    const { title } = (await show(id)).data.attributes
    for (const path of [`/v1/offers/${offer}`, `/v1/contact_tags/${tag}`]) {
      const { body } = await expectRefusal(h.app, () => h.client.delete(path), 422)
      const what = path.startsWith('/v1/offers') ? 'offers' : 'contact tags'
      expect(body.errors[0].detail).toBe(
        `It is used by the form "${title}" (${id}). Remove it from the ${what} of the form, or archive the form, first.`,
      )
    }
    const automation = await makeAutomation(h.app, siteId, {
      trigger: { event: 'form_submitted', resource_id: id },
      actions: [{ action: 'stop' }],
    })
    const hook = await makeHook(h.app, siteId, { event: 'form_submission', resourceId: id })
    const { body } = await expectRefusal(h.app, () => h.client.delete(`/v1/forms/${id}`), 422)
    expect(body.errors[0].detail).toContain(`(${automation})`)
    expect(body.errors[0].detail).toContain(`the hook ${hook} (form_submission)`)
    await h.client.delete(`/v1/automations/${automation}`)
    await h.client.delete(`/v1/hooks/${hook}`)
    expect((await h.client.delete(`/v1/forms/${id}`)).status).toBe(200)
    expect((await h.client.delete(`/v1/offers/${offer}`)).status).toBe(200)
    expect((await h.client.delete(`/v1/contact_tags/${tag}`)).status).toBe(200)
  })
})

describe('webhook_url', () => {
  const hookOf = async (id: string) => {
    const { body } = await h.client.get('/v1/hooks?page[size]=100')
    return body.data.find(
      ({ attributes }: { attributes: { resource_id: number } }) => String(attributes.resource_id) === id,
    )
  }

  test('is the target of a hook for the submissions of the form; its changes and its end are those of the hook', async () => {
    const id = await makeForm(h.app, siteId, { attributes: { webhook_url: 'https://example.com/a' } })
    const hook = await hookOf(id)
    expect(hook.attributes).toMatchObject({ event: 'form_submission', target_url: 'https://example.com/a' })
    const set = async (webhook_url: string | null) =>
      (await h.client.patch(`/v1/forms/${id}`, document({ webhook_url }))).body.data.attributes.webhook_url
    expect(await set('https://example.com/b')).toBe('https://example.com/b')
    expect(await hookOf(id)).toMatchObject({
      id: hook.id,
      attributes: { target_url: 'https://example.com/b' },
    })
    expect(await set(null)).toBeNull()
    expect(await hookOf(id)).toBeUndefined()
    expect(await set('https://example.com/c')).toBe('https://example.com/c')
    await h.client.delete(`/v1/hooks/${(await hookOf(id)).id}`)
    expect((await show(id)).data.attributes.webhook_url).toBeNull()
    expect(await set('https://example.com/d')).toBe('https://example.com/d')
    expect((await h.client.delete(`/v1/forms/${id}`)).status).toBe(200)
    expect(await hookOf(id)).toBeUndefined()
  })

  test('what signs its requests is shown once: by the request that creates the hook', async () => {
    const title = `Form ${unique()}`
    const made = await h.client.post('/v1/forms', document({ title, webhook_url: 'https://example.com/a' }))
    const { id } = made.body.data
    const secretOf = ({ body }: { body: { data: { attributes: { webhook_secret?: string } } } }) =>
      body.data.attributes.webhook_secret
    const stored = async () => {
      const { secret } = await h.app.db
        .selectFrom('hooks')
        .select('secret')
        .where('id', '=', (await hookOf(id)).id)
        .executeTakeFirstOrThrow()
      return h.app.sealer.unseal(secret)
    }
    expect(secretOf(made)).toMatch(/^whsec_/)
    expect(secretOf(made)).toBe(await stored())
    const set = (webhook_url: string | null) => h.client.patch(`/v1/forms/${id}`, document({ webhook_url }))
    expect(secretOf(await set('https://example.com/b'))).toBeUndefined()
    expect(await stored()).toBe(secretOf(made))
    await set(null)
    const again = await set('https://example.com/c')
    expect(secretOf(again)).toBe(await stored())
    expect(secretOf(again)).not.toBe(secretOf(made))
    expect(secretOf(await h.client.get(`/v1/forms/${id}`))).toBeUndefined()
  })

  test('may not lead where hooks may not', async () => {
    const strict = await startHarness({ settings: { ALLOW_PRIVATE_TARGETS: 'off' } })
    const attributes = { title: 'Private', webhook_url: 'http://127.0.0.1:9/' }
    const { body } = await expectRefusal(
      strict.app,
      () => strict.client.post('/v1/forms', document(attributes)),
      422,
      { pointer: '/data/attributes/webhook_url' },
    )
    expect(body.errors[0].detail).toMatch(/^Webhook url must point to the public internet/)
    await strict.close()
  })
})
