import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import type { Plan, Report } from './plan.ts'
import { Recorder } from './recorder.ts'
import { requestWriter } from './requests.ts'

/**
 * Requests are due at even intervals, independently of responses, and none is left out: one that finds no
 * free connection waits, and its waiting time counts. During the warm-up the rate grows. Ends after the last
 * response.
 */
export async function openLoop(plan: Plan, free: Connection[], perSecond: number): Promise<Report> {
  const next = requestWriter(plan)
  const recorder = new Recorder(plan)
  const waiting: { request: string; due: number }[] = []
  const size = free.length
  const atOnce = () => waiting.length + size - free.length

  const sendWaiting = () => {
    while (waiting.length > 0 && free.length > 0) {
      const { request, due } = waiting.shift()!
      const connection = free.pop()!
      connection.send(request, (status) => {
        recorder.responded(status, due)
        free.push(connection)
        sendWaiting()
      })
    }
  }

  for (let scheduled = 0, isOver = false; !isOver || atOnce() > 0; await sleep(1)) {
    for (const now = performance.now(); !isOver; scheduled++) {
      const due = recorder.begun + dueAfter(scheduled, perSecond, plan.warmupSeconds) * 1_000
      if (due > now) break
      const request = recorder.isOver(due) ? null : next()
      if (request === null) isOver = true
      else waiting.push({ request, due })
    }
    recorder.atOnce(atOnce())
    sendWaiting()
  }
  return recorder.report()
}

/** Seconds from the beginning until request `n` is due: the rate grows evenly during the warm-up. */
function dueAfter(n: number, perSecond: number, warmup: number): number {
  const before = (perSecond * warmup) / 2
  return n < before ? Math.sqrt((2 * n * warmup) / perSecond) : warmup + (n - before) / perSecond
}
