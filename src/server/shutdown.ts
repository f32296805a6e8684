import { setTimeout as sleep } from 'node:timers/promises'

/** Longest time to finish in; systems that stop processes commonly wait ten seconds. */
const DEADLINE_MS = 9_000
const PARENT_CHECK_MS = 200

/** Something to end, and until when to wait for it, counted from the signal. */
export interface Stop {
  end: () => Promise<unknown>
  untilMs: number
}

/**
 * Calls `stop` at the first signal that asks this process to end, then exits: with 0, or with what
 * process.exitCode says. Ctrl-C reaches us twice under npm, from the terminal and from npm itself: the
 * first one counts.
 *
 * @returns whether a signal came
 */
export function onSignal(stop: () => Promise<unknown>): () => boolean {
  let signalled = false
  const begin = () => {
    if (signalled) return
    signalled = true
    setTimeout(() => process.exit(1), DEADLINE_MS).unref()
    stop().then(
      () => process.exit(),
      () => process.exit(1),
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, begin)
  return () => signalled
}

/** A parent that is killed with -9 passes nothing on: its end is a signal too. */
export function stopWithParent(): void {
  const parent = process.ppid
  const check = () => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM')
  }
  setInterval(check, PARENT_CHECK_MS).unref()
}

/** Ends one thing after the other, the last one first. None that hangs or fails keeps the others from it. */
export async function shutDownInReverse(stops: Stop[], onError: (error: unknown) => void): Promise<void> {
  const begun = performance.now()
  for (const { end, untilMs } of stops.toReversed()) {
    const left = Math.max(0, untilMs - (performance.now() - begun))
    await Promise.race([end().catch(onError), sleep(left, undefined, { ref: false })])
  }
}
