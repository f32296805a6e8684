import { expect, test } from 'vitest'
import { contactFilters } from './contact-filters.ts'
import { isRecorded } from './filters/found-values.ts'
import { unknownFilters } from './filters/unknown-filters.ts'

test('every filter can say what it found, except those by what is not recorded', () => {
  const silent = Object.keys(contactFilters).filter((name) => !isRecorded(name))
  expect(silent.sort()).toEqual(Object.keys(unknownFilters).sort())
})
