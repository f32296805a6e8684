import { createBenchDatabase } from '../database.ts'
import type { Bench, Figure } from '../figure.ts'
import { askForLists, MILLION } from './lists.ts'
import { rateOf, serveGrants } from './serve-grants.ts'

/** The requested lists; `{n}` is a number in the e-mail of a contact. */
const LISTS = [
  { key: 'f list', what: 'first page of contacts', path: '/v1/contacts' },
  {
    key: 'f email',
    what: 'contact with an e-mail',
    path: '/v1/contacts?filter[email]=person{n}@example.com',
  },
  { key: 'f search', what: 'search for what few have', path: '/v1/contacts?filter[search]=son{n}' },
  { key: 'f common', what: 'search for what many have', path: '/v1/contacts?filter[search]=velac' },
]

/** The rate of grants with a million contacts, and the time to find some of them. */
export const millionContacts: Figure = {
  keys: ['e', 'f'],
  async measure(bench: Bench) {
    const database = await createBenchDatabase(bench.postgres)
    await database.contacts.fill(MILLION)
    const { report } = await serveGrants(bench, database)
    const lists = await askForLists(database, LISTS)
    await database.drop()
    return [rateOf('e million', 'grants over HTTP, a million contacts', report), ...lists]
  },
}
