import type { Agent } from 'undici'
import type { App } from '../platform/app.ts'
import { type Claimed, claimHooks } from './claim-hooks.ts'
import { openConnections } from './connections.ts'
import { takeTurn } from './drain-hook.ts'
import { TIMEOUT_MS } from './post.ts'
import { allowsPrivateTargets } from './targets.ts'

/** Hooks whose deliveries a process sends at the same time. */
const LANES = 100
/** Of these, so many for hooks that fail: they may take their time, and the others need not wait for them. */
const FAILING_LANES = LANES / 2

/** What a process has in hand. */
interface Lanes {
  agent: Agent
  running: Map<Promise<void>, Claimed>
}

const lanes = new WeakMap<App, Lanes>()

function lanesOf(app: App): Lanes {
  const known = lanes.get(app)
  if (known) return known
  const agent = openConnections({
    allowsPrivate: allowsPrivateTargets(app.config),
    connectTimeoutMs: TIMEOUT_MS,
  })
  const fresh = { agent, running: new Map() }
  lanes.set(app, fresh)
  return fresh
}

/**
 * Takes hooks whose deliveries are due, as many as there are free lanes, and begins to send: each hook has a lane
 * to itself, in which its deliveries follow each other. Any number of processes may do this at once.
 *
 * @returns how many hooks there were; they are in hand until lanesEnd()
 */
export async function startLanes(app: App): Promise<number> {
  const { running } = lanesOf(app)
  const isFailing = ({ failing_since }: Claimed) => failing_since !== null
  const failing = [...running.values()].filter(isFailing).length
  const sound = await claimHooks(app, false, LANES - running.size)
  const others = await claimHooks(
    app,
    true,
    Math.min(FAILING_LANES - failing, LANES - running.size - sound.length),
  )
  for (const hook of [...sound, ...others]) startLane(app, hook)
  return sound.length + others.length
}

function startLane(app: App, hook: Claimed): void {
  const { agent, running } = lanesOf(app)
  const lane = takeTurn(app, agent, hook)
    .catch((error) => {
      // Its lease runs out, and it is tried again.
      const { site_id, id } = hook
      app.log.error({ err: error, hook: { site_id, id } }, 'the deliveries of a hook were interrupted')
    })
    .finally(() => running.delete(lane))
  running.set(lane, hook)
}

/** Resolves when the turns that this process has begun are over. */
export async function lanesEnd(app: App): Promise<void> {
  await Promise.all(lanesOf(app).running.keys())
}
