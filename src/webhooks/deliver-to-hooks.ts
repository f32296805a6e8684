import type { Agent } from 'undici'
import type { App } from '../platform/app.ts'
import { type Claimed, claimHooks } from './claim-hooks.ts'
import { openConnections } from './connections.ts'
import { drainHook } from './drain-hook.ts'
import { TIMEOUT_MS } from './post.ts'
import { allowsPrivateTargets } from './targets.ts'

/** Maximum number of hooks that a process delivers to concurrently. */
const MAX_HOOKS = 100
/** Limit for hooks that fail: they are slow, and must not block the healthy ones. */
const MAX_FAILING_HOOKS = MAX_HOOKS / 2

/** The hooks that a process is delivering to. */
interface InFlight {
  agent: Agent
  running: Map<Promise<void>, Claimed>
}

const inFlight = new WeakMap<App, InFlight>()

function inFlightDeliveries(app: App): InFlight {
  const known = inFlight.get(app)
  if (known) return known
  const agent = openConnections({
    allowsPrivate: allowsPrivateTargets(app.config),
    connectTimeoutMs: TIMEOUT_MS,
  })
  const fresh = { agent, running: new Map() }
  inFlight.set(app, fresh)
  return fresh
}

/**
 * Claims hooks with due deliveries, up to the limit, and starts to deliver: hooks concurrently, the deliveries of one
 * hook one at a time. Any number of processes may do this concurrently.
 *
 * @returns number of hooks claimed; they are in flight until deliveriesSettled()
 */
export async function deliverToHooks(app: App): Promise<number> {
  const { running } = inFlightDeliveries(app)
  const isFailing = ({ failing_since }: Claimed) => failing_since !== null
  const failing = [...running.values()].filter(isFailing).length
  const healthy = await claimHooks(app, false, MAX_HOOKS - running.size)
  const failingHooks = await claimHooks(
    app,
    true,
    Math.min(MAX_FAILING_HOOKS - failing, MAX_HOOKS - running.size - healthy.length),
  )
  for (const hook of [...healthy, ...failingHooks]) startHook(app, hook)
  return healthy.length + failingHooks.length
}

function startHook(app: App, hook: Claimed): void {
  const { agent, running } = inFlightDeliveries(app)
  const draining = drainHook(app, agent, hook)
    .catch((error) => {
      // Its lease expires, and it is retried.
      const { site_id, id } = hook
      app.log.error({ err: error, hook: { site_id, id } }, 'the deliveries of a hook were interrupted')
    })
    .finally(() => running.delete(draining))
  running.set(draining, hook)
}

/** Resolves when the time slices that this process has started are over. */
export async function deliveriesSettled(app: App): Promise<void> {
  await Promise.all(inFlightDeliveries(app).running.keys())
}
