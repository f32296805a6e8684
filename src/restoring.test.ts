/** What a restored resource takes up again, and what prevents that it is restored. Of all of them: records.test.ts. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from './platform/db/database.ts'
import { makeTag } from './testing/automations.ts'
import { makeCourseParts, makePart, makeUploadRow } from './testing/content.ts'
import { makeContact, makeKey, makeOffer, makeProduct, offersBody, unique } from './testing/fixtures.ts'
import { makeForm, newcomer, submissionBody } from './testing/forms.ts'
import { type Harness, startHarness } from './testing/harness.ts'
import { expectRefusal } from './testing/refusals.ts'
import { describeEvent } from './webhooks/hook-events.ts'

let h: Harness
let siteId: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
})
afterAll(() => h.close())

const end = async (...paths: string[]) => {
  for (const path of paths) expect((await h.client.delete(`/v1/${path}`)).status).toBe(200)
}
const restore = (type: string, id: string, more: object = {}, relationships: object = {}) =>
  h.client.patch(`/v1/${type}/${id}`, {
    data: { type, attributes: { archived: false, ...more }, relationships },
  })
const restored = async (type: string, id: string, more: object = {}, relationships: object = {}) => {
  const { status, body, headers } = await restore(type, id, more, relationships)
  expect([status, body.errors]).toEqual([200, undefined])
  return { ...body.data, warning: headers.get('warning') }
}
const refusal = async (type: string, id: string): Promise<{ code: string; detail: string }> => {
  const source = { pointer: '/data/attributes/archived' }
  return (await expectRefusal(h.app, () => restore(type, id), 422, source)).body.errors[0]
}
const linkage = (type: string, ids: string[]) => ({ data: ids.map((id) => ({ type, id })) })

test('a restored offer can be granted; while a product of it is archived, it is restored without that only', async () => {
  const product = await makeProduct(h.app, siteId, 'Clay')
  const offer = await makeOffer(h.app, siteId, { productIds: [product] })
  await end(`offers/${offer}`, `products/${product}`)
  expect(await refusal('offers', offer)).toMatchObject({
    code: 'names_archived',
    detail: `It uses the product "Clay" (${product}). It is archived: restore it first, or remove it in the same request.`,
  })
  const { relationships } = await restored('offers', offer, {}, { products: linkage('products', []) })
  expect(relationships.products.data).toEqual([])
  await end(`offers/${offer}`)
  await restored('products', product)
  await restored('offers', offer, {}, { products: linkage('products', [product]) })
  const contact = await makeContact(h.app, siteId)
  const grant = await h.client.post(`/v1/contacts/${contact}/relationships/offers`, offersBody([offer]))
  expect(grant.status).toBe(200)
})

test('a restored tag is that of the contacts who had it', async () => {
  const tag = await makeTag(h.app, siteId)
  const contact = await makeContact(h.app, siteId)
  const path = `/v1/contacts/${contact}/relationships/tags`
  await h.client.post(path, linkage('contact_tags', [tag]))
  await end(`contact_tags/${tag}`)
  expect((await h.client.get(path)).body.data).toEqual([])
  await restored('contact_tags', tag)
  expect((await h.client.get(path)).body.data).toEqual([{ type: 'contact_tags', id: tag }])
  const found = await h.client.get(`/v1/contacts?filter[has_tag_id]=${tag}`)
  expect(found.body.data.map(({ id }: { id: string }) => id)).toEqual([contact])
})

test('a restored form takes submissions, grants its offers, and has its webhook with the same secret', async () => {
  const [offer, tag] = [await makeOffer(h.app, siteId), await makeTag(h.app, siteId)]
  const webhook_url = 'https://example.com/restored'
  const form = await makeForm(h.app, siteId, {
    attributes: { webhook_url },
    offerIds: [offer],
    tagIds: [tag],
  })
  const hooks = () =>
    h.app.db
      .selectFrom('hooks')
      .select(['id', 'secret', 'deleted_at'])
      .where('target_url', '=', webhook_url)
      .execute()
  const [before] = await hooks()
  const submit = () => h.client.post(`/v1/forms/${form}/submit`, submissionBody(newcomer()))
  await end(`forms/${form}`)
  expect((await submit()).status).not.toBe(201)
  await end(`offers/${offer}`, `contact_tags/${tag}`)
  expect((await refusal('forms', form)).detail).toContain('It uses the contact tag')
  await restored('contact_tags', tag)
  expect((await refusal('forms', form)).detail).toContain('It uses the offer')
  await restored('offers', offer)
  expect((await restored('forms', form)).attributes.webhook_url).toBe(webhook_url)
  expect(await hooks()).toEqual([before])
  const submitted = await submit()
  expect(submitted.status).toBe(201)
  const contact = submitted.body.data.attributes.contact_id
  const held = await h.client.get(`/v1/contacts/${contact}/relationships/offers`)
  expect(held.body.data).toEqual([{ type: 'offers', id: offer }])
})

test('a webhook that was removed before its form was archived stays removed', async () => {
  const form = await makeForm(h.app, siteId, { attributes: { webhook_url: 'https://example.com/gone' } })
  await h.client.patch(`/v1/forms/${form}`, { data: { type: 'forms', attributes: { webhook_url: null } } })
  await end(`forms/${form}`)
  expect((await restored('forms', form)).attributes.webhook_url).toBeNull()
})

test('a form that is being restored gets no new webhook: 422 at the attribute, and it stays archived', async () => {
  const form = await makeForm(h.app, siteId)
  await end(`forms/${form}`)
  const attributes = { archived: false, webhook_url: 'https://example.com/new' }
  const { status, body } = await h.client.patch(`/v1/forms/${form}`, { data: { type: 'forms', attributes } })
  expect([status, body.errors[0].source]).toEqual([422, { pointer: '/data/attributes/webhook_url' }])
  await restored('forms', form)
})

test('a webhook that was deleted by its own id before its form was archived stays deleted', async () => {
  const webhook_url = 'https://example.com/deleted-before'
  const form = await makeForm(h.app, siteId, { attributes: { webhook_url } })
  const { body } = await h.client.get(`/v1/hooks?filter[target_url]=${encodeURIComponent(webhook_url)}`)
  const hook = body.data.find(
    (each: { attributes: { target_url: string } }) => each.attributes.target_url === webhook_url,
  )
  expect((await h.client.delete(`/v1/hooks/${hook.id}`)).status).toBe(204)
  await end(`forms/${form}`)
  expect((await restored('forms', form)).attributes.webhook_url).toBeNull()
})

test('a form is restored with another address of its webhook: there is one hook', async () => {
  const form = await makeForm(h.app, siteId, { attributes: { webhook_url: 'https://example.com/first' } })
  const hooks = () =>
    h.app.db
      .selectFrom('hooks')
      .select(['target_url'])
      .where('resource_id', '=', form)
      .where('deleted_at', 'is', null)
      .execute()
  await end(`forms/${form}`)
  const webhook_url = 'https://example.com/second'
  expect((await restored('forms', form, { webhook_url })).attributes.webhook_url).toBe(webhook_url)
  expect(await hooks()).toEqual([{ target_url: webhook_url }])
})

test('restoring a form takes the permissions for what it does', async () => {
  const [offer, tag] = [await makeOffer(h.app, siteId), await makeTag(h.app, siteId)]
  const subscribing = describeEvent('form_submission').needs
  const cases = [
    [{ offerIds: [offer] }, ['manage:grants']],
    [{ tagIds: [tag] }, ['manage:contacts']],
    [{ attributes: { webhook_url: 'https://example.com/restored-by' } }, subscribing],
    [{}, []],
  ] as const
  for (const [fixture, needs] of cases) {
    const form = await makeForm(h.app, siteId, structuredClone(fixture) as object)
    await end(`forms/${form}`)
    const restoreWith = async (permissions: string[]) => {
      const { token } = await makeKey(h.app, h.account, permissions)
      const attributes = { archived: false }
      return h.clientWith(token).patch(`/v1/forms/${form}`, { data: { type: 'forms', attributes } })
    }
    const own = ['view:forms', 'manage:forms']
    for (const lacking of needs) {
      const others = [...own, ...needs].filter((each) => each !== lacking)
      const source = { pointer: '/data/attributes/archived' }
      const { body } = await expectRefusal(h.app, () => restoreWith(others), 403, source)
      expect(body.errors[0].detail).toContain(lacking)
      expect((await h.client.get(`/v1/forms/${form}`)).body.data.attributes.archived).toBe(true)
    }
    expect((await restoreWith([...own, ...needs])).status).toBe(200)
  }
})

test('an archived product that is no course is not restored as a course, nor locked', async () => {
  const product = await makeProduct(h.app, siteId)
  await h.app.db
    .updateTable('products')
    .set({ product_type_name: 'Podcast' })
    .where('id', '=', product)
    .execute()
  await end(`products/${product}`)
  const row = () =>
    h.app.db.selectFrom('products').selectAll().where('id', '=', product).executeTakeFirstOrThrow()
  const before = await row()
  await inTransaction(h.app.db, async (tx) => {
    await tx.selectFrom('products').select('id').where('id', '=', product).forUpdate().execute()
    expect((await restore('courses', product)).status).toBe(404)
  })
  expect(await row()).toEqual(before)
  await restored('products', product)
})

test('a restored form is the default form again, unless another one is: then it says so', async () => {
  const form = await makeForm(h.app, siteId, { attributes: { default: true } })
  await end(`forms/${form}`)
  expect(await restored('forms', form)).toMatchObject({ warning: null, attributes: { default: true } })
  await end(`forms/${form}`)
  const other = await makeForm(h.app, siteId, { attributes: { default: true, title: `Other ${unique()}` } })
  const { warning, attributes } = await restored('forms', form)
  expect([warning, attributes.default]).toEqual([expect.stringContaining('is the default form now'), false])
  expect((await h.client.get('/v1/forms/default')).body.data.id).toBe(other)
  await end(`forms/${form}`)
  expect((await restored('forms', form, { default: true })).attributes.default).toBe(true)
  expect((await h.client.get('/v1/forms/default')).body.data.id).toBe(form)
})

test('a segment is not restored while a segment that it names is archived, or when it has become too large', async () => {
  const make = async (filter: object): Promise<string> => {
    const attributes = { name: `Segment ${unique()}`, filter }
    return (await h.client.post('/v1/segments', { data: { type: 'segments', attributes } })).body.data.id
  }
  const named = await make({ subscribed: true })
  const naming = await make({ segment_id: named, name_contains: 'a' })
  await end(`segments/${naming}`, `segments/${named}`)
  expect((await refusal('segments', naming)).code).toBe('names_archived')
  await restored('segments', named)
  const many = Array.from({ length: 99 }, () => ({ filter: 'subscribed', value: 'true' }))
  const grown = await h.client.patch(`/v1/segments/${named}`, {
    data: { type: 'segments', attributes: { filter: { where: { any: many }, subscribed: true } } },
  })
  expect(grown.status).toBe(200)
  expect((await refusal('segments', naming)).code).toBe('too_long')
  await restored('segments', naming, { filter: { name_contains: 'a' } })
})

test('a medium whose file was deleted meanwhile is restored with another address only', async () => {
  const { lessonId } = await makeCourseParts(h.client)
  const { id: upload, key } = await makeUploadRow(h, siteId)
  const medium = await makePart(h.client, 'media', lessonId, { url: `/bestow-files/${key}` })
  await end(`media/${medium}`, `uploads/${upload}`)
  expect((await refusal('media', medium)).code).toBe('file_deleted')
  const url = 'https://vimeo.com/76979871'
  expect((await restored('media', medium, { url })).attributes.url).toBe(url)
})
