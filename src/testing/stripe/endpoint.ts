import type { Parameters } from './requests.ts'
import type { FakeState } from './state.ts'

export interface Call {
  state: FakeState
  params: Parameters
  /** The parts of the path that the pattern leaves open. */
  ids: string[]
}

/** One operation of the API. */
export interface Endpoint {
  method: 'GET' | 'POST' | 'DELETE'
  path: RegExp
  /** The parameters that it accepts, besides `expand`. */
  accepts: object
  /** An object, or a list of them. */
  run: (call: Call) => object | object[]
}
