import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../testing/client.ts'
import { makeContent, makeCourseParts, makePart, makeUploadRow } from '../../testing/content.ts'
import { makeAccount, makeOffer, makeProduct } from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'

let h: Harness
let client: Client
beforeAll(async () => {
  h = await startHarness()
  client = h.client
})
afterAll(() => h.close())

interface Identifier {
  type: string
  id: string
}
interface Shown extends Identifier {
  attributes: Record<string, unknown>
  relationships: Record<string, { data?: Identifier | Identifier[] }>
}

const update = (type: string, id: string, attributes: object, relationships: object = {}) =>
  client.patch(`/v1/${type}/${id}`, { data: { type, id, attributes, relationships } })
const move = async (type: string, id: string, position: number) =>
  expect((await update(type, id, { position })).status).toBe(200)
const titlesOf = async (list: string): Promise<[unknown, unknown][]> =>
  (await client.get(list)).body.data.map(({ attributes }: Shown) => [attributes.position, attributes.title])

describe('a course is a product', () => {
  test('with the same id, which offers contain, and which can be granted', async () => {
    const id = await makeContent(client, 'courses', { title: 'Weaving' })
    const product = (await client.get(`/v1/products/${id}`)).body.data.attributes
    expect([product.title, product.product_type_name]).toEqual(['Weaving', 'Course'])
    const offer = await makeOffer(h.app, h.account.siteId, { productIds: [id] })
    const { body } = await client.get(`/v1/courses/${id}?include=offers`)
    expect(body.data.relationships.offers.data).toEqual([{ type: 'offers', id: offer }])
    expect(body.included).toMatchObject([{ type: 'offers', id: offer }])
    const { body: refused } = await expectRefusal(h.app, () => client.delete(`/v1/courses/${id}`), 422)
    expect(refused.errors[0].code).toBe('in_use')
  })

  test('products of other types are no courses until they have a module', async () => {
    const id = await makeProduct(h.app, h.account.siteId, 'Lounge')
    await h.app.db
      .updateTable('products')
      .set({ product_type_name: 'Community' })
      .where('id', '=', id)
      .execute()
    expect((await client.get(`/v1/courses/${id}`)).status).toBe(404)
    const rename = () => update('courses', id, { title: 'Renamed' })
    await expectRefusal(h.app, rename, 404)
    const now = h.app.clock.now()
    const row = { site_id: h.account.siteId, product_id: id, title: 'One', created_at: now, updated_at: now }
    await h.app.db.insertInto('course_modules').values(row).execute()
    expect((await client.get(`/v1/courses/${id}`)).status).toBe(200)
    expect((await rename()).body.data.attributes.title).toBe('Renamed')
  })
})

describe('include=modules,lessons,lessons.media,offers', () => {
  test('returns everything once, in order, and everything that is included is linked', async () => {
    const courseId = await makeContent(client, 'courses')
    await makeOffer(h.app, h.account.siteId, { productIds: [courseId] })
    const [second, first] = [
      await makePart(client, 'modules', courseId, { title: 'Second' }),
      await makePart(client, 'modules', courseId, { title: 'First', position: 1 }),
    ]
    for (const [module, titles] of [
      [second, ['C', 'D']],
      [first, ['A', 'B']],
    ] as const)
      for (const title of titles) {
        const lesson = await makePart(client, 'lessons', module, { title })
        await makePart(client, 'media', lesson, { title: `${title}2`, duration_in_minutes: 12.5 })
        await makePart(client, 'media', lesson, { title: `${title}1`, position: 1 })
      }
    for (const path of [`/v1/courses/${courseId}`, `/v1/courses?filter[id_eq]=${courseId}`]) {
      const { status, headers, body } = await client.get(
        `${path}${path.includes('?') ? '&' : '?'}include=modules,lessons,lessons.media,offers`,
      )
      expect([status, headers.get('warning')]).toEqual([200, null])
      const included: Shown[] = body.included
      const titles = (type: string) =>
        included.filter((one) => one.type === type).map(({ attributes }) => attributes.title)
      expect(titles('modules')).toEqual(['First', 'Second'])
      expect(titles('lessons')).toEqual(['A', 'B', 'C', 'D'])
      expect(titles('media')).toEqual(['A1', 'A2', 'B1', 'B2', 'C1', 'C2', 'D1', 'D2'])
      expect(titles('offers')).toHaveLength(1)
      const keyOf = ({ type, id }: Identifier) => `${type} ${id}`
      const linked = [[body.data].flat()[0], ...included].flatMap((one: Shown) =>
        Object.values(one.relationships).flatMap(({ data }) => [data ?? []].flat().map(keyOf)),
      )
      expect(new Set(included.map(keyOf)).size).toBe(included.length)
      expect(included.filter((one) => !linked.includes(keyOf(one)))).toEqual([])
    }
  })
})

test('a medium is at an address, with its player, or an upload of the site', async () => {
  const { lessonId } = await makeCourseParts(client)
  const show = async (attributes: object) =>
    (await client.get(`/v1/media/${await makePart(client, 'media', lessonId, attributes)}?include=upload`))
      .body
  const video = (await show({ url: 'https://youtu.be/dQw4w9WgXcQ' })).data.attributes
  expect(video).toMatchObject({
    kind: 'video',
    url: 'https://youtu.be/dQw4w9WgXcQ',
    embed_url: 'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ',
    duration_in_minutes: null,
  })
  expect((await show({ url: 'https://example.com/a.pdf' })).data.attributes).toMatchObject({
    kind: 'file',
    embed_url: null,
  })
  const { id, key } = await makeUploadRow(h, h.account.siteId, { content_type: 'audio/mpeg' })
  for (const url of [`/bestow-files/${key}`, `${h.url}/bestow-files/${key}?expires=1&signature=x`]) {
    const { data, included } = await show({ url })
    expect(data.attributes).toMatchObject({
      kind: 'audio',
      url: `${h.url}/bestow-files/${key}`,
      embed_url: null,
    })
    expect(included).toMatchObject([{ type: 'uploads', id }])
  }
  const foreign = await makeUploadRow(h, (await makeAccount(h.app)).siteId)
  for (const url of [`/bestow-files/${foreign.key}`, `/bestow-files/${'x'.repeat(32)}`]) {
    const document = {
      data: {
        type: 'media',
        attributes: { url },
        relationships: { lesson: { data: { type: 'lessons', id: lessonId } } },
      },
    }
    await expectRefusal(h.app, () => client.post('/v1/media', document), 422, {
      pointer: '/data/attributes/url',
    })
  }
})

describe('moving', () => {
  test('a module or lesson goes to the position that is asked for, and the others follow', async () => {
    const { courseId, moduleId } = await makeCourseParts(client)
    await update('modules', moduleId, { title: 'a' })
    const [b, c] = [
      await makePart(client, 'modules', courseId, { title: 'b' }),
      await makePart(client, 'modules', courseId, { title: 'c' }),
    ]
    const list = `/v1/modules?filter[course_id]=${courseId}&sort=position`
    const order = async () =>
      (await titlesOf(list)).map(([position, title]) => `${position}${title}`).join(' ')
    expect(await order()).toBe('1a 2b 3c')
    await move('modules', c, 1)
    expect(await order()).toBe('1c 2a 3b')
    await move('modules', c, 2)
    expect(await order()).toBe('1a 2c 3b')
    await move('modules', moduleId, 99)
    expect(await order()).toBe('1c 2b 3a')
    await client.delete(`/v1/modules/${b}`)
    expect(await order()).toBe('1c 2a')
  })

  test('a lesson goes to another module of the site, last or to a position, and never to another account', async () => {
    const one = await makeCourseParts(client)
    const two = await makeCourseParts(client)
    const to = (id: string) => ({ module: { data: { type: 'modules', id } } })
    const { body } = await update('lessons', one.lessonId, {}, to(two.moduleId))
    expect(body.data.relationships.module.data.id).toBe(two.moduleId)
    expect(body.data.attributes.position).toBe(2)
    const lessonsOf = async ({ courseId }: { courseId: string }) =>
      (await client.get(`/v1/courses/${courseId}`)).body.data.relationships.lessons.data.map(
        ({ id }: Identifier) => id,
      )
    expect([await lessonsOf(one), await lessonsOf(two)]).toEqual([[], [two.lessonId, one.lessonId]])
    await update('lessons', two.lessonId, { position: 1 }, to(one.moduleId))
    expect([await lessonsOf(one), await lessonsOf(two)]).toEqual([[two.lessonId], [one.lessonId]])
    const stranger = h.clientWith((await makeAccount(h.app)).token)
    const foreign = await makeCourseParts(stranger)
    await expectRefusal(h.app, () => update('lessons', one.lessonId, {}, to(foreign.moduleId)), 404, {
      pointer: '/data/relationships/module/data/id',
    })
  })

  test('forty concurrent moves and creations leave positions 1, 2, 3 and lose nothing', async () => {
    const { courseId, moduleId } = await makeCourseParts(client)
    const ids = [await makePart(client, 'lessons', moduleId), await makePart(client, 'lessons', moduleId)]
    await Promise.all(
      Array.from({ length: 20 }, async (_, round) => {
        await move('lessons', ids[round % 2]!, 1 + (round % 3))
        await makePart(client, 'lessons', moduleId, { position: 2 })
      }),
    )
    const positions = (await titlesOf(`/v1/lessons?filter[module_id]=${moduleId}&sort=position`)).map(
      ([position]) => position,
    )
    expect(positions).toEqual(Array.from({ length: 23 }, (_, index) => index + 1))
    expect((await client.get(`/v1/courses/${courseId}`)).body.data.relationships.lessons.data).toHaveLength(
      23,
    )
  })

  test('eighty moves between the same two lessons keep the order', async () => {
    const { moduleId } = await makeCourseParts(client)
    const [a, b] = [
      await makePart(client, 'lessons', moduleId, { title: 'a' }),
      await makePart(client, 'lessons', moduleId, { title: 'b' }),
    ]
    for (let round = 0; round < 40; round++) for (const id of [a, b]) await move('lessons', id, 2)
    const titles = (await titlesOf(`/v1/lessons?filter[module_id]=${moduleId}&sort=position`)).slice(1)
    expect(titles).toEqual([
      [2, 'b'],
      [3, 'a'],
    ])
  }, 30_000)
})

test('a lesson that opens some days later says how many', async () => {
  const { moduleId, lessonId } = await makeCourseParts(client)
  const refused = (send: () => ReturnType<Client['post']>, attribute: string) =>
    expectRefusal(h.app, send, 422, { pointer: `/data/attributes/${attribute}` })
  const relationships = { module: { data: { type: 'modules', id: moduleId } } }
  const attributes = { title: 'Later', publishing_option: 'drip' }
  await refused(
    () => client.post('/v1/lessons', { data: { type: 'lessons', attributes, relationships } }),
    'publishing_option',
  )
  await refused(() => update('lessons', lessonId, { publishing_option: 'drip' }), 'publishing_option')
  expect((await update('lessons', lessonId, { publishing_option: 'drip', drip_days: 0 })).status).toBe(200)
  await refused(() => update('lessons', lessonId, { drip_days: null }), 'drip_days')
  expect((await update('lessons', lessonId, { publishing_option: 'draft', drip_days: null })).status).toBe(
    200,
  )
})

test('the title of a module is unique in its course, in any case, until it is archived', async () => {
  const { courseId } = await makeCourseParts(client)
  const id = await makePart(client, 'modules', courseId, { title: 'Colour' })
  const document = {
    data: {
      type: 'modules',
      attributes: { title: 'COLOUR' },
      relationships: { course: { data: { type: 'courses', id: courseId } } },
    },
  }
  const { body } = await expectRefusal(h.app, () => client.post('/v1/modules', document), 422, {
    pointer: '/data/attributes/title',
  })
  expect(body.errors[0].code).toBe('taken')
  await client.delete(`/v1/modules/${id}`)
  expect((await client.post('/v1/modules', document)).status).toBe(201)
})

test.each([
  ['filter[title_cont]=water', ['Watercolour']],
  ['filter[description_cont]=OIL', ['Painting']],
  ['filter[publish_status_eq]=draft', ['Painting']],
  ['sort=title', ['Painting', 'Watercolour']],
  ['sort=-title', ['Watercolour', 'Painting']],
])('%s', async (parameters, expected) => {
  const account = await makeAccount(h.app)
  const own = h.clientWith(account.token)
  await makeContent(own, 'courses', { title: 'Watercolour', description: 'Washes' })
  await makeContent(own, 'courses', { title: 'Painting', description: 'In oil', publish_status: 'draft' })
  const { body, headers } = await own.get(`/v1/courses?${parameters}&filter[site_id]=${account.siteId}`)
  expect(body.data.map(({ attributes }: Shown) => attributes.title)).toEqual(expected)
  expect(headers.get('warning')).toBeNull()
})

test('a publish status that there is not is 400', async () => {
  await expectRefusal(h.app, () => client.get('/v1/courses?filter[publish_status_eq]=live'), 400, {
    parameter: 'filter[publish_status_eq]',
  })
})
