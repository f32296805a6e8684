import { expect, test } from 'vitest'
import { groupedBy } from './grouped-by.ts'

test('groups of sites are ordered by the numeric value of their ids', () => {
  expect(groupedBy(['10', '9', '10', '100'], (id) => id)).toEqual([['9'], ['10', '10'], ['100']])
})
