/** The load generator, a process of its own: executes one plan and reports. */
import { closedLoop } from './closed-loop.ts'
import { Connection } from './connection.ts'
import { openLoop } from './open-loop.ts'
import type { Plan } from './plan.ts'

process.on('message', async (plan: Plan) => {
  const { hostname, port } = new URL(plan.url)
  const connections = await Promise.all(
    Array.from({ length: plan.connections }, () => Connection.open(hostname, Number(port), fail)),
  )
  const report = await (plan.loop.kind === 'closed'
    ? closedLoop(plan, connections)
    : openLoop(plan, connections, plan.loop.perSecond))
  for (const connection of connections) connection.close()
  process.send!(report)
})

function fail(error: Error): never {
  throw error
}
