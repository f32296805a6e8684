import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { KAJABI_OPERATIONS } from '../../src/platform/http/kajabi-operations.ts'
import { documentOf } from '../../src/testing/contract.ts'
import { startHarness } from '../../src/testing/harness.ts'
import { wholePaths } from '../../src/testing/openapi.ts'
import { DIFFERENCES } from './kajabi/differences.ts'
import { type Facts, factsOf, type OperationFacts } from './kajabi/facts.ts'

const { operations: theirs } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'kajabi', 'facts.json'), 'utf8'),
) as { operations: Facts }

let ours: Facts
beforeAll(async () => {
  const h = await startHarness()
  ours = factsOf(await wholePaths(documentOf(h.server, h.app.config)))
  await h.close()
})

const KINDS = { parameters: 'parameter', statuses: 'status', sent: 'sent', shown: 'shown' } as const

/** What our operation has and theirs has not, and the reverse. */
function differencesOf(our: OperationFacts | undefined, their: OperationFacts, name: string): string[] {
  if (!our) return [`missing: ${name}`]
  return Object.entries(KINDS).flatMap(([kind, word]) => {
    const [here, there] = [our, their].map((facts) => facts[kind as keyof typeof KINDS])
    return [
      ...here!.filter((one) => !there!.includes(one)).map((one) => `adds ${word} ${one}`),
      ...there!.filter((one) => !here!.includes(one)).map((one) => `lacks ${word} ${one}`),
    ]
  })
}

const all = (facts: Facts) =>
  Object.entries(theirs).flatMap(([name, their]) =>
    differencesOf(facts[name], their, name).map((difference) => ({ name, difference })),
  )

const unexplained = (facts: Facts) =>
  all(facts).filter(({ difference }) => !DIFFERENCES.some(([pattern]) => pattern.test(difference)))

test('every difference from the OpenAPI document of Kajabi has a reason', () => {
  expect(unexplained(ours)).toEqual([])
})

test('every reason explains a difference', () => {
  const found = all(ours).map(({ difference }) => difference)
  const unused = DIFFERENCES.filter(([pattern]) => !found.some((difference) => pattern.test(difference)))
  expect(unused).toEqual([])
})

test('the operations of Kajabi that the server knows are those of its document', () => {
  const known = KAJABI_OPERATIONS.map(({ method, url }) => `${method} ${url.replace(/\{\w+\}/g, '{}')}`)
  expect(known.sort()).toEqual(Object.keys(theirs).sort())
})

test('an attribute, a parameter or a status that is lost is found', () => {
  const name = 'GET /v1/contacts'
  const { parameters, statuses, shown, sent } = ours[name]!
  const without = (list: string[], one: string) => list.filter((each) => each !== one)
  const lost = {
    sent,
    parameters: without(parameters, 'filter[has_offer_id]'),
    statuses: without(statuses, '200'),
    shown: without(shown, 'attributes.email'),
  }
  expect(unexplained({ ...ours, [name]: lost }).map(({ difference }) => difference)).toEqual([
    'lacks parameter filter[has_offer_id]',
    'lacks status 200',
    'lacks shown attributes.email',
  ])
})
