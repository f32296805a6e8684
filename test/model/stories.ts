/** Which stories there can be: a site, and steps of acts. */
import fc from 'fast-check'
import { archive, type Choice, create, happening, request } from './choices.ts'

export interface Story {
  /** The site confirms grants, unless a request declines it. */
  confirms: boolean
  /** Acts of one step are done at the same time. */
  steps: Choice[][]
}

const LONGEST = 12

const alone = fc
  .oneof({ weight: 5, arbitrary: request }, { weight: 1, arbitrary: happening })
  .map((one) => [one])

/** An offer is archived beside one request only: a request looks at it once, but two may see it differently. */
const atOnce = fc.oneof(
  { weight: 5, arbitrary: fc.array(request, { minLength: 2, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.tuple(request, archive) },
)

/** Begins with somebody, and ends with a look at everybody. */
function storiesOf(step: fc.Arbitrary<Choice[]>): fc.Arbitrary<Story> {
  const steps = fc.array(step, { maxLength: LONGEST - 1, size: 'max' })
  return fc.record({ confirms: fc.boolean(), begin: create, steps }).map((chosen) => ({
    confirms: chosen.confirms,
    steps: [[chosen.begin], ...chosen.steps, [() => ({ do: 'settle' })], [() => ({ do: 'look' })]],
  }))
}

export const oneAfterAnother = storiesOf(alone)
export const someAtOnce = storiesOf(
  fc.oneof({ weight: 1, arbitrary: alone }, { weight: 1, arbitrary: atOnce }),
)
