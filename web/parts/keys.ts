/** Keys of one character, and sequences of two such as "g c". They can be switched off, and none fires in a field. */
import { useEffect, useSyncExternalStore } from 'react'

type Action = () => void

/** The longest time between the two keys of a sequence. */
const SEQUENCE_MS = 1_500
const STORED_AS = 'bestow-character-keys'

const bindings = new Map<string, Action[]>()
const listeners = new Set<() => void>()
let first: { key: string; at: number } | null = null

/** Whether keys of one character do something. */
export const characterKeys = {
  areOn: (): boolean => localStorage.getItem(STORED_AS) !== 'off',
  set(isOn: boolean): void {
    localStorage.setItem(STORED_AS, isOn ? 'on' : 'off')
    for (const listener of listeners) listener()
  },
}

export const useCharacterKeys = (): boolean =>
  useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, characterKeys.areOn)

/** Binds keys while the component is shown: `{ j: next, 'g c': goToContacts }`. */
export function useKeys(keys: Record<string, Action>): void {
  useEffect(() => {
    for (const [key, action] of Object.entries(keys))
      bindings.set(key, [...(bindings.get(key) ?? []), action])
    return () => {
      for (const [key, action] of Object.entries(keys))
        bindings.set(
          key,
          bindings.get(key)!.filter((other) => other !== action),
        )
    }
  })
}

if (typeof document !== 'undefined') document.addEventListener('keydown', onKey)

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || !characterKeys.areOn() || isElsewhere(event.target))
    return
  const begun = first && Date.now() - first.at < SEQUENCE_MS ? `${first.key} ${event.key}` : null
  first = null
  const action = (begun && lastOf(begun)) ?? lastOf(event.key)
  if (action) {
    event.preventDefault()
    action()
  } else if ([...bindings].some(([key, actions]) => key.startsWith(`${event.key} `) && actions.length > 0))
    first = { key: event.key, at: Date.now() }
}

const lastOf = (key: string): Action | undefined => bindings.get(key)?.at(-1)

/** What one types in, or a layer above the page. */
const isElsewhere = (target: EventTarget | null): boolean =>
  document.querySelector('[role="dialog"], [role="menu"], [role="listbox"]') !== null ||
  (target instanceof HTMLElement &&
    target.closest(
      'input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable="true"]',
    ) !== null)
