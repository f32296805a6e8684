import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeAutomation, makeTag } from '../../testing/automations.ts'
import {
  makeAccount,
  makeContact,
  makeCustomField,
  makeKey,
  makeOffer,
  offersBody,
  unique,
} from '../../testing/fixtures.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import { expectRefusal } from '../../testing/refusals.ts'

let h: Harness
let siteId: string
let vip: string
let ada: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
  vip = await makeTag(h.app, siteId)
  ada = await makeContact(h.app, siteId, { name: 'Ada', email: 'ada@example.com' })
  await makeContact(h.app, siteId, { name: 'Bob', email: 'bob@example.com' })
  await tag(ada, vip)
  await makeCustomField(h.app, siteId, { number: 1 })
})
afterAll(() => h.close())

const tag = (contactId: string, tagId: string) =>
  h.client.post(`/v1/contacts/${contactId}/relationships/tags`, {
    data: [{ type: 'contact_tags', id: tagId }],
  })

const bodyOf = (attributes: object) => ({ data: { type: 'segments', attributes } })
const post = (attributes: object) =>
  h.client.post('/v1/segments', bodyOf({ name: `Segment ${unique()}`, ...attributes }))
const create = async (filter: object): Promise<string> => (await post({ filter })).body.data.id
const patch = (id: string, attributes: object) => h.client.patch(`/v1/segments/${id}`, bodyOf(attributes))
const show = (id: string) => h.client.get(`/v1/segments/${id}`)
const namesIn = async (query: Record<string, string>, list = 'contacts') => {
  const { body } = await h.client.get(`/v1/${list}?${new URLSearchParams(query)}`)
  return body.data.map((one: { attributes: { name: string } }) => one.attributes.name).sort()
}
const contactsOf = (id: string) => namesIn({ 'filter[segment_id]': id })

test('a segment has the contacts that its filters find at the moment', async () => {
  const id = await create({ has_tag_id: vip })
  expect(await contactsOf(id)).toEqual(['Ada'])
  expect(await namesIn({ 'filter[not_segment_id]': id })).toEqual(['Bob'])
  expect((await show(id)).body.meta).toEqual({ contacts_count: 1, archived: [] })
  await patch(id, { filter: {} })
  expect(await contactsOf(id)).toEqual(['Ada', 'Bob'])
  expect((await show(id)).body.meta.contacts_count).toBe(2)
})

test('values are stored as texts, as in a URL', async () => {
  const { body } = await post({ filter: { subscribed: true, has_tag_id: Number(vip), name_contains: ' a ' } })
  expect(body.data.attributes.filter).toEqual({ subscribed: 'true', has_tag_id: vip, name_contains: 'a' })
})

test('the name of a segment is unique on the site, and free again when it is archived', async () => {
  const name = `Early birds ${unique()}`
  const { body } = await post({ name, filter: {} })
  const source = { pointer: '/data/attributes/name' }
  await expectRefusal(h.app, () => post({ name: name.toUpperCase(), filter: {} }), 422, source)
  await h.client.delete(`/v1/segments/${body.data.id}`)
  expect((await post({ name, filter: {} })).status).toBe(201)
})

describe('what is wrong with filters is 422 at its place', () => {
  const twenty = Array.from({ length: 20 }, (_, i) => i + 1).join()
  test.each<[what: string, filter: unknown, place: string, code: string]>([
    ['a list', [], '', 'invalid'],
    ['an unknown filter', { shoe_size: 37 }, '/shoe_size', 'unknown_filter'],
    ['the site', { site_id: 1 }, '/site_id', 'unknown_filter'],
    ['a value that makes no sense', { created_in_last: 'week' }, '/created_in_last', 'invalid'],
    ['a list as value', { has_tag_id: ['1'] }, '/has_tag_id', 'invalid'],
    ['a tag that there is not', { has_tag_id: '999999' }, '/has_tag_id', 'not_found'],
    ['a segment that there is not', { subscribed: true, segment_id: '999999' }, '/segment_id', 'not_found'],
    ['a field that there is not', { custom_7: 'x' }, '/custom_7', 'unknown_custom_field'],
    ['an operator that the field lacks', { custom_1_gt: '1' }, '/custom_1_gt', 'unknown_filter'],
    ['a condition that is none', { where: [] }, '/where', 'invalid'],
    [
      'too many filters',
      { where: { any: Array(100).fill({ filter: 'subscribed', value: '1' }) }, search: 'a' },
      '',
      'too_long',
    ],
    [
      'too many ids',
      { where: { any: Array(5).fill({ filter: 'has_all_tag_id', value: twenty }) }, search: 'a' },
      '',
      'too_long',
    ],
    [
      'a part of a condition',
      { subscribed: true, where: { any: [{ filter: 'has_tag_id', value: '999999' }] } },
      '/where/any/0/value',
      'not_found',
    ],
    [
      'a field within a condition',
      { subscribed: true, where: { any: [{ filter: 'custom_7', value: '1' }] } },
      '/where/any/0/filter',
      'unknown_custom_field',
    ],
  ])('%s', async (_, filter, place, code) => {
    const source = { pointer: `/data/attributes/filter${place}` }
    const { body } = await expectRefusal(h.app, () => post({ filter }), 422, source)
    expect(body.errors[0].code).toBe(code)
    const id = await create({})
    await expectRefusal(h.app, () => patch(id, { filter }), 422, source)
  })
})

test.each([
  ['sort', 'shoe_size'],
  ['sort', 'name,-custom_7'],
  ['columns', ['name', 'shoe_size']],
  ['columns', ['custom_7']],
])('%s with an unknown name is 422', async (attribute, value) => {
  const source = { pointer: `/data/attributes/${attribute}` }
  await expectRefusal(h.app, () => post({ filter: {}, [attribute]: value }), 422, source)
})

test('a segment can be sorted by a custom field, and show it', async () => {
  const shown = { sort: '-custom_1', columns: ['name', 'custom_1', 'offers'] }
  expect((await post({ filter: {}, ...shown })).body.data.attributes).toMatchObject(shown)
})

describe('segments of segments', () => {
  test('have the contacts of both, and follow changes', async () => {
    const inner = await create({ has_tag_id: vip })
    const outer = await create({
      where: { any: [{ filter: 'segment_id', value: inner }] },
      search: 'example',
    })
    expect(await contactsOf(outer)).toEqual(['Ada'])
    await patch(inner, { filter: { email: 'bob@example.com' } })
    expect(await contactsOf(outer)).toEqual(['Bob'])
  })

  test('cannot contain themselves, directly or through others', async () => {
    const first = await create({})
    const second = await create({ segment_id: first })
    const third = await create({ where: { any: [{ filter: 'not_segment_id', value: second }] } })
    const source = { pointer: '/data/attributes/filter' }
    for (const id of [first, second, third]) {
      const closing = () => patch(first, { filter: { segment_id: id } })
      const { body } = await expectRefusal(h.app, closing, 422, source)
      expect(body.errors[0].code).toBe('cycle')
    }
  })

  test('that begin to name each other at once do not: one of them is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const ids = [await create({}), await create({}), await create({})]
      const answers = await Promise.all(
        ids.map((id, place) => patch(id, { filter: { segment_id: ids[(place + 1) % 3] } })),
      )
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 422])
    }
  })

  test('have at most a hundred filters together, also after a change of one of them', async () => {
    const filtersOf = (count: number) => ({
      where: { any: Array(count).fill({ filter: 'subscribed', value: '1' }) },
    })
    const forty = await create(filtersOf(40))
    const twice = { where: { any: Array(2).fill({ filter: 'segment_id', value: forty }) } }
    const outer = await create(twice)
    const thrice = { where: { any: Array(3).fill({ filter: 'segment_id', value: forty }) } }
    await expectRefusal(h.app, () => post({ filter: thrice }), 422, { pointer: '/data/attributes/filter' })
    expect((await patch(forty, { filter: filtersOf(50) })).status).toBe(200)
    const { body } = await expectRefusal(h.app, () => patch(forty, { filter: filtersOf(51) }), 422, {
      pointer: '/data/attributes/filter',
    })
    expect(body.errors[0].detail).toContain(`(${outer})`)
  })
})

describe('archiving', () => {
  test('a segment that an enabled automation or another segment names is 422, with their names', async () => {
    const id = await create({ has_tag_id: vip })
    const outer = await create({ segment_id: id })
    const automation = await makeAutomation(h.app, siteId, {
      trigger: { event: 'contact_created' },
      conditions: { any: [{ filter: 'not_segment_id', value: id }] },
      actions: [{ action: 'stop' }],
    })
    const archive = () => h.client.delete(`/v1/segments/${id}`)
    const { body } = await expectRefusal(h.app, archive, 422)
    expect(body.errors[0].code).toBe('in_use')
    expect(body.errors[0].detail).toMatch(
      new RegExp(`the automation ".+" \\(${automation}\\), the segment ".+" \\(${outer}\\)`),
    )
    const disabled = { data: { type: 'automations', attributes: { enabled: false } } }
    await h.client.patch(`/v1/automations/${automation}`, disabled)
    await h.client.delete(`/v1/segments/${outer}`)
    expect((await archive()).status).toBe(200)
  })

  test('an archived segment still filters lists; nothing new can name it', async () => {
    const id = await create({ has_tag_id: vip })
    await h.client.delete(`/v1/segments/${id}`)
    expect(await contactsOf(id)).toEqual(['Ada'])
    const source = { pointer: '/data/attributes/filter/segment_id' }
    await expectRefusal(h.app, () => post({ filter: { segment_id: id } }), 422, source)
  })

  test('what a segment names is possible: it then says so, and still works', async () => {
    const tagId = await makeTag(h.app, siteId)
    await tag(ada, tagId)
    const { body: field } = await h.client.post('/v1/custom_fields', {
      data: { type: 'custom_fields', attributes: { title: 'Town', handle: 'custom_2' } },
    })
    const id = await create({
      where: {
        any: [
          { filter: 'has_tag_id', value: tagId },
          { filter: 'custom_2', value: 'Bonn' },
        ],
      },
    })
    await h.client.patch(`/v1/contacts/${ada}`, {
      data: { type: 'contacts', attributes: { custom_2: 'Bonn' } },
    })
    const warningOf = async (list: string, filter: string) =>
      (await h.client.get(`/v1/${list}?filter[${filter}]=${id}`)).headers.get('warning')
    expect(await warningOf('contacts', 'segment_id')).toBeNull()
    await h.client.delete(`/v1/contact_tags/${tagId}`)
    await h.client.delete(`/v1/custom_fields/${field.data.id}`)
    expect(await contactsOf(id)).toEqual(['Ada'])
    const sentence = `The segment ${id} names what is archived: the contact tag ${tagId}, the custom field ${field.data.id}.`
    for (const list of ['contacts', 'customers'])
      for (const filter of ['segment_id', 'not_segment_id'])
        expect(await warningOf(list, filter)).toContain(sentence)
    const place = '/data/attributes/filter/where/any'
    expect((await show(id)).body.meta).toEqual({
      contacts_count: 1,
      archived: [
        { type: 'contact_tags', id: tagId, pointer: `${place}/0/value` },
        { type: 'custom_fields', id: field.data.id, pointer: `${place}/1/filter` },
      ],
    })
    expect((await patch(id, { name: `Renamed ${unique()}` })).status).toBe(200)
  })
})

test('a segment can be about an archived offer, which customers still hold', async () => {
  const offer = await makeOffer(h.app, siteId)
  await h.client.post(`/v1/contacts/${ada}/relationships/offers`, offersBody([offer]))
  await h.client.delete(`/v1/offers/${offer}`)
  expect(await contactsOf(await create({ has_offer_id: offer }))).toEqual(['Ada'])
})

test('an automation goes by the contacts that a segment has when it begins', async () => {
  const done = await makeTag(h.app, siteId)
  const segment = await create({ name_contains: 'Cleo' })
  await makeAutomation(h.app, siteId, {
    trigger: { event: 'contact_created' },
    conditions: { filter: 'segment_id', value: segment },
    actions: [{ action: 'add_tag', tag_id: done }],
  })
  const make = (name: string) =>
    h.client.post('/v1/contacts', {
      data: { type: 'contacts', attributes: { name, email: `${name}${unique()}@example.com` } },
    })
  await make('Cleo')
  await make('Dan')
  await h.drain()
  expect(await namesIn({ 'filter[has_tag_id]': done })).toEqual(['Cleo'])
  await patch(segment, { filter: { name_contains: 'Eve' } })
  await make('Cleo')
  await make('Eve')
  await h.drain()
  expect(await namesIn({ 'filter[has_tag_id]': done })).toEqual(['Cleo', 'Eve'])
})

test('an automation cannot name a segment that there is not, nor more filters than a condition may have', async () => {
  const automation = (conditions: object) => () =>
    h.client.post('/v1/automations', {
      data: {
        type: 'automations',
        attributes: {
          name: 'x',
          trigger: { event: 'contact_created' },
          conditions,
          actions: [{ action: 'stop' }],
        },
      },
    })
  const at = '/data/attributes/conditions'
  const absent = { any: [{ filter: 'segment_id', value: '999999' }] }
  await expectRefusal(h.app, automation(absent), 422, { pointer: `${at}/any/0/value` })
  const id = await create({ where: { any: Array(60).fill({ filter: 'subscribed', value: '1' }) } })
  const tooMany = { any: Array(2).fill({ filter: 'segment_id', value: id }) }
  await expectRefusal(h.app, automation(tooMany), 422, { pointer: at })
})

test('a segment of another account is 404 as a filter; one without the permission cannot list any', async () => {
  const stranger = h.clientWith((await makeAccount(h.app)).token)
  const id = await create({})
  for (const list of ['contacts', 'customers']) {
    const { status, body } = await stranger.get(`/v1/${list}?filter[segment_id]=${id}`)
    expect([status, body.errors[0].source]).toEqual([404, { parameter: 'filter[segment_id]' }])
  }
  const limited = h.clientWith((await makeKey(h.app, h.account, ['view:offers'])).token)
  expect((await limited.get('/v1/segments')).status).toBe(403)
})
