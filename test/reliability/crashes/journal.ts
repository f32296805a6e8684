/** What was sent, and what was acknowledged: kept outside of all that is killed. */

export interface Request {
  method: 'POST' | 'PATCH' | 'DELETE'
  path: string
  body: object
}

/** What a request asks for, in the words of the trial. */
export interface Wish {
  request: Request
  /** The person it is about; null while there is none. */
  contactId: string | null
  /** Of the contact to be made. */
  email?: string
  offers: string[]
  /** Whether somebody who becomes a customer by it is to be welcomed. */
  isWelcome: boolean
  /** Whether a confirmation is asked for. */
  isConfirmed: boolean
}

export interface Answer {
  status: number
  requestId: string
  /** It says that it repeats the answer to an earlier request with the key. */
  isReplay: boolean
  // biome-ignore lint/suspicious/noExplicitAny: the body of any document
  body: any
}

export interface Operation extends Wish {
  kind: string
  key: string | null
  /** How often it was sent without being answered. */
  unanswered: number
  /** Null as long as it is not acknowledged; for ever, when it had no key and was not answered. */
  answer: Answer | null
}

export interface Journal {
  operations: Operation[]
  /** How many of them are acknowledged by now. */
  answered: number
  /** How many answers to a key that was used again on purpose were compared with the first. */
  repetitions: number
  /** Answers that no crash excuses. */
  complaints: string[]
}

/** Those that were told what became of their request. */
export const acknowledged = ({ operations }: Journal) => operations.filter(({ answer }) => answer !== null)

/** Those that nobody may send again, since whether they took effect was never told. */
export const inDoubt = ({ operations }: Journal) =>
  operations.filter(({ answer, key, unanswered }) => answer === null && key === null && unanswered > 0)

/** Those that would have to be sent again still. */
export const unfinished = ({ operations }: Journal) =>
  operations.filter(({ answer, key }) => answer === null && key !== null)
