import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Exchange, RULES, violationsOf } from './json-api-rules.ts'

const SELF = 'https://members.example.com/v1/contacts'
const tag = (id: string) => ({ type: 'contact_tags', id })

const contact = {
  id: '1',
  type: 'contacts',
  attributes: { name: 'Ada', created_at: '2026-01-15T09:30:00.000Z' },
  relationships: { tags: { links: { self: `${SELF}/1/relationships/tags` }, data: [tag('7')] } },
  links: { self: `${SELF}/1` },
}
const included = [
  { ...tag('7'), attributes: { name: 'VIP' }, links: { self: SELF.replace('contacts', 'contact_tags/7') } },
]

const shown: Exchange = {
  method: 'GET',
  path: '/v1/contacts/1',
  query: new URLSearchParams('include=tags'),
  sent: undefined,
  status: 200,
  contentType: 'application/vnd.api+json',
  location: null,
  hasWarning: false,
  isStrict: false,
  body: { data: contact, included, links: { self: `${SELF}/1` } },
}

const page: Exchange = {
  ...shown,
  path: '/v1/contacts',
  body: {
    data: [contact],
    included,
    links: { self: `${SELF}?filter[x]=1&page[number]=1`, first: `${SELF}?page[number]=1&filter[x]=1` },
  },
}

const refused: Exchange = {
  ...shown,
  method: 'POST',
  sent: { data: { attributes: { email: '' } } },
  status: 422,
  body: {
    errors: [
      {
        status: '422',
        code: 'blank',
        title: 'Blank',
        detail: 'Blank',
        source: { pointer: '/data/attributes/email' },
      },
    ],
  },
}

const withContact = (changes: object): Exchange => ({
  ...shown,
  body: { ...shown.body, data: { ...contact, ...changes } },
})

/** A response that violates each requirement. */
const VIOLATIONS: Record<string, Exchange[]> = {
  'media type without parameters': [{ ...shown, contentType: 'application/vnd.api+json; charset=utf-8' }],
  'top-level members': [
    { ...shown, body: [] },
    { ...shown, body: { links: {} } },
    { ...shown, body: { ...shown.body, errors: [] } },
    { ...shown, body: { ...shown.body, total: 1 } },
  ],
  'resource objects': [withContact({ id: 1 }), withContact({ name: 'Ada' })],
  'attributes and relationships share a namespace': [
    withContact({ attributes: { type: 'x' } }),
    withContact({ attributes: { tags: [] } }),
  ],
  'relationship objects': [
    withContact({ relationships: { ...contact.relationships, site: {} } }),
    withContact({ relationships: { tags: { data: [{ ...tag('7'), name: 'VIP' }] } } }),
  ],
  'full linkage': [withContact({ relationships: {} })],
  'each resource once': [{ ...shown, body: { ...shown.body, included: [...included, ...included] } }],
  'included when asked for': [
    { ...shown, query: new URLSearchParams() },
    { ...shown, body: { data: contact } },
  ],
  'sparse fieldsets': [{ ...shown, query: new URLSearchParams('include=tags&fields[contacts]=name') }],
  links: [
    withContact({ links: { self: `${SELF}/2` } }),
    withContact({ links: { self: `${SELF}/1`, home: SELF } }),
    { ...shown, body: { ...shown.body, links: { self: '/v1/contacts/1' } } },
  ],
  'links of pages': [
    { ...page, body: { ...page.body, links: { ...page.body.links, next: `${SELF}?page[number]=2` } } },
  ],
  'error objects': [
    { ...refused, status: 400 },
    { ...refused, body: { errors: [] } },
    { ...refused, body: { errors: [{ ...refused.body.errors[0], message: 'x' }] } },
  ],
  'pointers to what was sent': [{ ...refused, sent: { data: {} } }],
  'member names': [
    withContact({ attributes: { 'first name': 'Ada' } }),
    withContact({ attributes: { _name: '' } }),
  ],
  'a new resource has an address': [{ ...shown, method: 'POST', status: 201, location: `${SELF}/2` }],
}

test.each([shown, page, refused])('a document that violates nothing passes', (exchange) => {
  expect(violationsOf(exchange)).toEqual([])
})

test.each(Object.keys(RULES))('a violation is found: %s', (name) => {
  for (const exchange of VIOLATIONS[name]!)
    expect(violationsOf(exchange).map((violation) => violation.split(':')[0])).toContain(name)
})

test('strict mode limits relationships to the fields that are asked for', () => {
  const query = new URLSearchParams('include=tags&fields[contacts]=name,created_at')
  expect(violationsOf({ ...shown, query })).toEqual([])
  expect(violationsOf({ ...shown, query, isStrict: true })).toEqual([
    'sparse fieldsets: contacts 1 shows tags',
  ])
})

test('the documentation has a row for each requirement', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/jsonapi.md'), 'utf8')
  const table = text.slice(text.indexOf('## Responses'), text.indexOf('## Differences'))
  const rows = [...table.matchAll(/^\| (.*?) \|/gm)].map(([, name]) => name!)
  expect(rows.slice(2)).toEqual(Object.keys(RULES))
})
