import { expect, test } from 'vitest'
import { singularOf } from '../jsonapi/documented.ts'
import { pluralOf, withArticle } from './nouns.ts'

test('an article goes by the sound of the noun', () => {
  const nouns = [
    'offer',
    'user',
    'upload',
    'API key',
    'e-mail',
    'URL',
    'unit',
    'usher',
    'one-time link',
    'hook',
  ]
  expect(nouns.map(withArticle)).toEqual([
    'an offer',
    'a user',
    'an upload',
    'an API key',
    'an e-mail',
    'a URL',
    'a unit',
    'an usher',
    'a one-time link',
    'a hook',
  ])
})

test.each([
  ['contacts', 'contact'],
  ['contact_tags', 'contact_tag'],
  ['webhook_deliveries', 'webhook_delivery'],
  ['media', 'medium'],
  ['contact_aliases', 'contact_alias'],
  ['addresses', 'address'],
  ['purchases', 'purchase'],
  ['courses', 'course'],
  ['statuses', 'status'],
  ['status', 'status'],
  ['course_progress', 'course_progress'],
])('one of "%s" is "%s"', (plural, singular) => {
  expect(singularOf(plural)).toBe(singular)
})

test.each([
  ['API key', 'API keys'],
  ['e-mail template', 'e-mail templates'],
  ['webhook delivery', 'webhook deliveries'],
  ['contact alias', 'contact aliases'],
  ['medium', 'media'],
  ['course progress', 'course progress'],
])('several of "%s" are "%s"', (singular, plural) => {
  expect(pluralOf(singular)).toBe(plural)
})
