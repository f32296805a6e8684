import { describe, expect, test } from 'vitest'
import { parseCondition, referencesOf } from './conditions.ts'

const PATH = ['data', 'attributes', 'conditions']
const AT = '/data/attributes/conditions'
const TWENTY = Array.from({ length: 20 }, (_, i) => i + 1).join()
const subscribed = { filter: 'subscribed', value: 'true' }

/** A filter in so many groups. */
const nested = (levels: number): object => (levels === 0 ? subscribed : { all: [nested(levels - 1)] })

test('groups can be nested nine deep', () => {
  expect(parseCondition(nested(9), PATH)).toEqual(nested(9))
})

test('a condition is stored as it is sent; values are converted to strings as in a URL', () => {
  const written = {
    all: [
      { any: [{ filter: 'has_tag_id', value: 12 }, subscribed] },
      { filter: 'subscribed', value: true },
      { filter: 'name_contains', value: ' ada ' },
    ],
  }
  expect(parseCondition(written, PATH)).toEqual({
    all: [
      { any: [{ filter: 'has_tag_id', value: '12' }, subscribed] },
      subscribed,
      { filter: 'name_contains', value: 'ada' },
    ],
  })
})

describe('an invalid condition is reported with a pointer', () => {
  test.each<[string, unknown, string]>([
    ['nothing', undefined, AT],
    ['null', null, AT],
    ['a text', 'has_tag_id', AT],
    ['a list', [subscribed], AT],
    ['an empty object', {}, AT],
    ['two kinds at once', { all: [subscribed], any: [subscribed] }, `${AT}/any`],
    ['something unknown beside it', { ...subscribed, not: true }, `${AT}/not`],
    ['an unknown member with a slash', { ...subscribed, 'a/b': 1 }, `${AT}/a~1b`],
    ['no list', { all: subscribed }, `${AT}/all`],
    ['an empty list', { any: [] }, `${AT}/any`],
    ['an unknown filter', { filter: 'shoe_size', value: '37' }, `${AT}/filter`],
    ['what every object has', { filter: 'constructor', value: '37' }, `${AT}/filter`],
    ['a filter that is a list', { filter: ['subscribed'], value: 'true' }, `${AT}/filter`],
    ['no value', { filter: 'subscribed' }, AT],
    ['null as value', { filter: 'subscribed', value: null }, `${AT}/value`],
    ['a list as value', { filter: 'has_tag_id', value: ['1'] }, `${AT}/value`],
    ['a number that was rounded', { filter: 'has_tag_id', value: 2 ** 60 }, `${AT}/value`],
    ['a value that makes no sense', { filter: 'created_in_last', value: 'week' }, `${AT}/value`],
    [
      'something deep',
      { all: [subscribed, { any: [{ filter: 'x', value: '' }] }] },
      `${AT}/all/1/any/0/filter`,
    ],
    ['too many filters', { all: Array(101).fill(subscribed) }, AT],
    ['too many segments', { any: Array(11).fill({ filter: 'segment_id', value: '1' }) }, AT],
    ['a segment without an id', { filter: 'segment_id', value: 'VIPs' }, `${AT}/value`],
    ['groups that are nested too deeply', nested(10), `${AT}${'/all/0'.repeat(10)}`],
    ['too many ids in lists', { any: Array(6).fill({ filter: 'has_all_tag_id', value: TWENTY }) }, AT],
  ])('%s', (_, given, pointer) => {
    expect(() => parseCondition(given, PATH)).toThrow(
      expect.objectContaining({ status: 422, source: { pointer } }),
    )
  })
})

test('the resources that a condition names are returned with their paths', () => {
  const condition = parseCondition(
    {
      all: [
        subscribed,
        { filter: 'has_offer_id', value: '7' },
        {
          any: [
            { filter: 'has_all_tag_id', value: '1, 2' },
            { filter: 'submitted_form_id', value: '5' },
          ],
        },
        { filter: 'has_no_product_id', value: '9' },
      ],
    },
    PATH,
  )
  expect(referencesOf(condition, PATH)).toEqual([
    { type: 'offers', id: '7', path: [...PATH, 'all', 1, 'value'] },
    { type: 'contact_tags', id: '1', path: [...PATH, 'all', 2, 'any', 0, 'value'] },
    { type: 'contact_tags', id: '2', path: [...PATH, 'all', 2, 'any', 0, 'value'] },
    { type: 'forms', id: '5', path: [...PATH, 'all', 2, 'any', 1, 'value'] },
    { type: 'products', id: '9', path: [...PATH, 'all', 3, 'value'] },
  ])
  expect(referencesOf({ filter: 'has_tag_id', value: '3' })).toEqual([
    { type: 'contact_tags', id: '3', path: ['value'] },
  ])
})
