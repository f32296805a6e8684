/** The rules of automations: what starts a run, its steps, and what ends it. */
import type { Action, Condition, OfferName, TagName } from './commands.ts'
import { addTag, expire, grant, removeTag, revoke } from './offers-and-tags.ts'
import type { Contact, Event, Run, World } from './world.ts'

const DEEPEST = 8

/** Runs all due work, in rounds: grants expire, events start runs, and each contact's first run executes a step. */
export function settle(world: World): void {
  for (let isMore = true; isMore; ) {
    for (const contact of world.contacts) expire(world, contact)
    for (const contact of world.contacts) startRuns(world, contact)
    world.tick += 1
    isMore = world.contacts.map((contact) => advance(world, contact)).includes(true)
  }
}

function startRuns(world: World, contact: Contact): void {
  for (const event of contact.events.filter(({ isDispatched }) => !isDispatched)) {
    event.isDispatched = true
    for (const automation of world.automations) {
      const { definition, version, isEnabled, isDeleted } = automation
      const { trigger } = definition
      const matches =
        trigger.event === event.type && (trigger.resource_id ?? event.resource) === event.resource
      if (!isEnabled || isDeleted || !matches) continue
      const due = { hour: world.hour, tick: world.tick }
      contact.runs.push({
        automation,
        definition,
        version,
        event,
        status: 'active',
        reason: null,
        steps: [],
        due,
      })
    }
  }
}

/** Stops active runs at once, also those that are waiting. */
export function endAll(contact: Contact, reason: string, matches: (run: Run) => boolean): void {
  for (const run of contact.runs.filter(({ status }) => status === 'active').filter(matches)) {
    end(run, 'stopped', reason)
  }
}

/** @returns whether a run was due */
function advance(world: World, contact: Contact): boolean {
  const [run] = contact.runs
    .filter(({ status, due }) => status === 'active' && due.hour <= world.hour)
    .sort((a, b) => a.due.hour - b.due.hour || a.due.tick - b.due.tick)
  if (!run) return false
  const reason = stopOf(world, contact, run)
  if (reason) end(run, 'stopped', reason)
  else executeStep(world, contact, run)
  return true
}

function stopOf(
  world: World,
  contact: Contact,
  { automation, definition, event, steps }: Run,
): string | null {
  if (automation.isDeleted) return 'automation_deleted'
  if (!automation.isEnabled) return 'automation_disabled'
  if (contact.isDeleted) return 'contact_deleted'
  if (steps.length > 0) return null
  if (event.depth >= DEEPEST) return 'depth_limit'
  for (let cause: Event | undefined = event; cause?.run; cause = cause.run.event) {
    if (cause.run.automation === automation) return 'repeated'
  }
  const { conditions } = definition
  return conditions && !isMet(world, contact, conditions) ? 'conditions_not_met' : null
}

function isMet(world: World, contact: Contact, condition: Condition): boolean {
  if ('all' in condition) return condition.all.every((part) => isMet(world, contact, part))
  if ('any' in condition) return condition.any.some((part) => isMet(world, contact, part))
  const { filter, value } = condition
  const has = filter.includes('tag')
    ? contact.tags.has(value as TagName)
    : contact.held.has(value as OfferName)
  return filter.includes('_no_') ? !has : has
}

function executeStep(world: World, contact: Contact, run: Run): void {
  const action = run.definition.actions[run.steps.length]!
  const isDone = execute(world, contact, run, action)
  run.steps.push(`${action.action} ${isDone ? 'done' : 'skipped'}`)
  run.reason = action.action === 'wait' ? 'wait' : null
  run.due = { hour: world.hour + (action.action === 'wait' ? hoursOf(action) : 0), tick: world.tick }
  if (action.action === 'stop') end(run, 'stopped', 'stop')
  else if (run.steps.length === run.definition.actions.length) end(run, 'completed', null)
}

/** @returns whether it changed anything */
function execute(world: World, contact: Contact, run: Run, action: Action): boolean {
  switch (action.action) {
    case 'grant_offer':
      return grant(world, contact, [action.offer_id], run)
    case 'revoke_offer':
    case 'deactivate_offer':
      return revoke(world, contact, [action.offer_id], run)
    case 'add_tag':
      return addTag(contact, action.tag_id, run)
    case 'remove_tag':
      return removeTag(contact, action.tag_id, run)
    case 'send_email':
      contact.emails += 1
      return true
    case 'call_webhook':
      contact.calls += 1
      return true
    default:
      return true
  }
}

const hoursOf = ({ amount, unit }: Action & { action: 'wait' }) => amount * (unit === 'days' ? 24 : 1)

function end(run: Run, status: 'completed' | 'stopped', reason: string | null): void {
  run.status = status
  run.reason = reason
}
