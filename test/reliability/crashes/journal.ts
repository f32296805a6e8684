/** The record of requests and responses, kept outside the processes that are killed. */

export interface Request {
  method: 'POST' | 'PATCH' | 'DELETE'
  path: string
  body: object
}

/** A request, with its meaning for the trial. */
export interface Intent {
  request: Request
  /** The contact whose offers it changes; null when it creates a contact. */
  contactId: string | null
  /** E-mail of the contact to be created. */
  email?: string
  offers: string[]
  /** Whether a new customer gets the welcome e-mail. */
  isWelcome: boolean
  /** Whether each grant sends a confirmation e-mail. */
  isConfirmed: boolean
}

export interface ClientResponse {
  status: number
  requestId: string
  /** Whether it is marked as a replay of the response to an earlier request with the key. */
  isReplay: boolean
  // biome-ignore lint/suspicious/noExplicitAny: the body of any document
  body: any
}

export interface Operation extends Intent {
  kind: string
  key: string | null
  /** Number of attempts without a response. */
  unanswered: number
  /** Null until it is acknowledged; a request without a key and without a response stays null. */
  response: ClientResponse | null
}

export interface Journal {
  operations: Operation[]
  /** Number of acknowledged operations so far. */
  acknowledgedCount: number
  /** Number of responses to deliberate repetitions, compared with the first. */
  repetitions: number
  /** Responses that no crash explains. */
  wrongResponses: string[]
}

/** Operations with a response. */
export const acknowledged = ({ operations }: Journal) =>
  operations.filter(({ response }) => response !== null)

/** Operations that may have taken effect, and cannot be sent again because they have no key. */
export const inDoubt = ({ operations }: Journal) =>
  operations.filter(({ response, key, unanswered }) => response === null && key === null && unanswered > 0)

/** Operations with a key that would have to be sent again. */
export const unfinished = ({ operations }: Journal) =>
  operations.filter(({ response, key }) => response === null && key !== null)
