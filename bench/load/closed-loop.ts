import type { Connection } from './connection.ts'
import type { Plan, Report } from './plan.ts'
import { Recorder } from './recorder.ts'
import { requestWriter } from './requests.ts'

/** Every connection sends its next request after the response to the last one. Ends after the last response. */
export async function closedLoop(plan: Plan, connections: Connection[]): Promise<Report> {
  const next = requestWriter(plan)
  const recorder = new Recorder(plan)
  recorder.atOnce(connections.length)
  const work = (connection: Connection) =>
    new Promise<void>((done) => {
      const step = () => {
        const sent = performance.now()
        const request = recorder.isOver(sent) ? null : next()
        if (request === null) return done()
        connection.send(request, (status) => {
          recorder.responded(status, sent)
          step()
        })
      }
      step()
    })
  await Promise.all(connections.map(work))
  return recorder.report()
}
