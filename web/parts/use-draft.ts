import { useState } from 'react'

/** What somebody edits before it is saved. */
export interface Draft<Values extends object> {
  /** What is saved, with the changes. */
  values: Values
  changes: Partial<Values>
  isDirty: boolean
  /** Another number after each discard, for fields that keep a state of their own. */
  revision: number
  set: (changes: Partial<Values>) => void
  discard: () => void
  /** These changes are saved; what was changed meanwhile stays. */
  settle: (changes: Partial<Values>) => void
}

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Changes of saved values. What is equal to the saved value is no change, also when that arrives later. */
export function useDraft<Values extends object>(saved: Values): Draft<Values> {
  const [edits, setEdits] = useState<Partial<Values>>({})
  const [revision, setRevision] = useState(0)
  const names = Object.keys(edits) as (keyof Values)[]
  const changed = names.filter((name) => !isSame(edits[name], saved[name]))
  const changes = Object.fromEntries(changed.map((name) => [name, edits[name]])) as Partial<Values>
  return {
    values: { ...saved, ...edits },
    changes,
    isDirty: changed.length > 0,
    revision,
    set: (more) => setEdits((current) => ({ ...current, ...more })),
    discard() {
      setEdits({})
      setRevision(revision + 1)
    },
    settle: (sent) =>
      setEdits(
        (current) =>
          Object.fromEntries(
            Object.entries(current).filter(([name, value]) => !isSame(value, sent[name as keyof Values])),
          ) as Partial<Values>,
      ),
  }
}
