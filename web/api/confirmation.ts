/**
 * What is sensitive needs a recent sign-in, and a session can end while a page is open: the person is asked over the
 * page, and the requests that wait for it are sent again.
 */
import { useSyncExternalStore } from 'react'
import { RequestProblem } from './request.ts'

/** Whether the session has ended, or has begun too long ago. */
export type Reason = 'ended' | 'old'

interface Question {
  reason: Reason
  answer: Promise<void>
  confirm: () => void
  cancel: (reason: string) => void
}

let open: Question | null = null
const listeners = new Set<() => void>()

function set(question: Question | null): void {
  open = question
  for (const listener of listeners) listener()
}

/** Asks, once for all requests that need it now. @throws RequestProblem when the person does not confirm */
export function askToConfirm(reason: Reason): Promise<void> {
  if (!open) {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    set({
      reason,
      answer: promise,
      confirm() {
        set(null)
        resolve()
      },
      cancel(reason) {
        set(null)
        reject(cancelled(reason))
      },
    })
  }
  // A session that has ended cannot be confirmed.
  if (open!.reason === 'old' && reason === 'ended') set({ ...open!, reason })
  return open!.answer
}

const cancelled = (detail: string) =>
  new RequestProblem(403, [{ status: '403', code: 'unconfirmed', title: detail, detail }], null)

/** The question that is open; null: none. */
export const useQuestion = (): Question | null =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    () => open,
  )
