import { useSyncExternalStore } from 'react'

/** The lesson that gets a file. */
export interface Place {
  /** The subdomain of its site. */
  site: string
  course: string
  lesson: string
  /** Of the lesson. */
  title: string
}

/** An upload that has not arrived, or whose file has not been added yet. */
export interface Running {
  key: string
  file: File
  place: Place
  /** What has been sent, from 0 to 1. */
  part: number
  error: Error | null
  controller: AbortController
}

// Outside of the pages, so that uploads go on when another page is shown.
let running: Running[] = []
const listeners = new Set<() => void>()

export const runningUploads = (): Running[] => running

export function setRunning(all: Running[]): void {
  running = all
  for (const listen of listeners) listen()
  window.onbeforeunload = all.some(({ error }) => error === null) ? (event) => event.preventDefault() : null
}

/** Cancels all, for whoever signs out. */
export function cancelUploads(): void {
  for (const { controller } of running) controller.abort()
  setRunning([])
}

function subscribe(listen: () => void): () => void {
  listeners.add(listen)
  return () => void listeners.delete(listen)
}

/** The uploads that are running or have failed; `isRelevant` selects those of a page. */
export const useRunning = (isRelevant: (place: Place) => boolean = () => true): Running[] =>
  useSyncExternalStore(subscribe, runningUploads).filter(({ place }) => isRelevant(place))

/** Whether there are any; the progress of one renders nothing again. */
export const useIsUploading = (): boolean => useSyncExternalStore(subscribe, () => running.length > 0)
