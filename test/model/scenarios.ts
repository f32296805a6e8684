/** Generators of scenarios: a kind of site, and steps of commands. */
import fc from 'fast-check'
import {
  archive,
  type Choice,
  concurrentRequest,
  create,
  grantToNewest,
  nonRequest,
  request,
} from './choices.ts'

export interface Scenario {
  /** Whether the site sends an e-mail for each grant, unless a request declines it. */
  confirms: boolean
  /** The commands of one step are executed concurrently. */
  steps: Choice[][]
}

const LONGEST = 12

const single = (one: fc.Arbitrary<Choice>) =>
  fc.oneof({ weight: 5, arbitrary: one }, { weight: 1, arbitrary: nonRequest }).map((chosen) => [chosen])

/** An offer is archived beside one request only: one request reads it once, but two may read different states. */
const concurrent = fc.oneof(
  { weight: 5, arbitrary: fc.array(concurrentRequest, { minLength: 2, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.tuple(concurrentRequest, archive) },
)

/** One contact, or several who may hold the same offers. */
const beginnings: fc.Arbitrary<Choice[]> = fc.oneof(
  { weight: 1, arbitrary: create.map((one) => [one]) },
  {
    weight: 1,
    arbitrary: fc.tuple(create, grantToNewest, create, grantToNewest),
  },
)

/** Begins with contacts, and ends by reading all contacts. */
function scenariosOf(step: fc.Arbitrary<Choice[]>): fc.Arbitrary<Scenario> {
  const steps = fc.array(step, { maxLength: LONGEST - 1, size: 'max' })
  return fc.record({ confirms: fc.boolean(), first: beginnings, steps }).map((chosen) => ({
    confirms: chosen.confirms,
    steps: [
      ...chosen.first.map((one) => [one]),
      ...chosen.steps,
      [() => ({ type: 'settle' })],
      [() => ({ type: 'read' })],
    ],
  }))
}

export const sequentialScenarios = scenariosOf(single(request))
export const concurrentScenarios = scenariosOf(
  fc.oneof({ weight: 1, arbitrary: single(concurrentRequest) }, { weight: 1, arbitrary: concurrent }),
)
