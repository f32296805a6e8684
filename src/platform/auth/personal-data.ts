import type { Person, PersonalData } from '../personal-data.ts'
import { eraseAttempts, readAttempts } from './attempts.ts'

const personsOf = ({ siteId, emails, customerId }: Person) => ({
  realm: `site:${siteId}` as const,
  persons: [...emails, ...(customerId === null ? [] : [customerId])],
})

/** Counts of attempts to sign in, and the networks from which the member has signed in. */
export const attemptsData: PersonalData = {
  name: 'sign_in_attempts',
  erase: (tx, person) => eraseAttempts(tx, personsOf(person)),
  export: ({ db }, person) => readAttempts(db, personsOf(person)),
}
