import { expect, test } from 'vitest'
import { groupedBy } from './grouped-by.ts'

test('groups of sites come in the order of their ids, not of the digits', () => {
  expect(groupedBy(['10', '9', '10', '100'], (id) => id)).toEqual([['9'], ['10', '10'], ['100']])
})
