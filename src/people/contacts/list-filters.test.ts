import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeTag } from '../../testing/automations.ts'
import { makeOffer, makeProduct, makeSite } from '../../testing/fixtures.ts'
import { makeForm } from '../../testing/forms.ts'
import { type Harness, startHarness } from '../../testing/harness.ts'
import type { DescribedFilter } from './list-filters.ts'

let h: Harness
let siteId: string
beforeAll(async () => {
  h = await startHarness()
  siteId = h.account.siteId
})
afterAll(() => h.close())

const create = async (type: string, attributes: object): Promise<string> =>
  (await h.client.post(`/v1/${type}`, { data: { type, attributes } })).body.data.id

const VALUES: Record<string, string> = {
  text: '7',
  number: '7',
  days: '7',
  flag: 'true',
  day: '2026-01-31',
  time: '2026-01-31T09:30:00Z',
}

test('every filter that is listed is accepted in a condition, with a value of its kind', async () => {
  for (const type of ['TextField', 'NumberField', 'DateField', 'CheckboxField'])
    await create('custom_fields', { title: type, type })
  await create('custom_fields', { title: 'Level', type: 'SelectBoxField', select_options: 'New\nOld' })
  const ids: Record<string, string> = {
    offers: await makeOffer(h.app, siteId),
    products: await makeProduct(h.app, siteId),
    contact_tags: await makeTag(h.app, siteId),
    forms: await makeForm(h.app, siteId),
    segments: await create('segments', { name: 'All', filter: {} }),
  }
  const { body } = await h.client.get('/v1/contacts/filters')
  const filters: DescribedFilter[] = body.data.attributes.filters
  const conditions = filters.map(({ filter, takes, resource_type }) => ({
    filter,
    value: resource_type ? ids[resource_type] : VALUES[takes],
  }))
  for (let start = 0; start < conditions.length; start += 40) {
    const where = encodeURIComponent(JSON.stringify({ any: conditions.slice(start, start + 40) }))
    expect(await h.client.get(`/v1/contacts?filter[where]=${where}`)).toMatchObject({ status: 200 })
  }
  const named = (name: string) => filters.find(({ filter }) => filter === name)
  expect(named('has_all_tag_id')).toMatchObject({ takes: 'ids', resource_type: 'contact_tags' })
  expect(named('created_in_last')).toMatchObject({ takes: 'days', is_recorded: true, custom_field: null })
  expect(named('opened_email_in_last')).toMatchObject({ takes: 'days', is_recorded: false })
  expect(named('custom_5_eq')!.custom_field).toEqual({
    handle: 'custom_5',
    title: 'Level',
    operator: 'eq',
    options: ['New', 'Old'],
  })
  // An operator has one name.
  expect(named('custom_1_cont')).toBeDefined()
  expect(named('custom_1_contains')).toBeUndefined()
})

test('with several sites, the request names one: filters by custom fields are those of that site', async () => {
  const other = await makeSite(h.app, h.account)
  expect((await h.client.get('/v1/contacts/filters')).status).toBe(400)
  const { body } = await h.client.get(`/v1/contacts/filters?filter[site_id]=${other}`)
  expect(body.data.attributes.filters.some(({ custom_field }: DescribedFilter) => custom_field)).toBe(false)
})
