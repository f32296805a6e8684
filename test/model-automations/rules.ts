/** What each act does to the world of the model, and what the world looks like then. */
import { isDeepStrictEqual } from 'node:util'
import type { Act, Story } from './acts.ts'
import { addTag, grant, leave, record, removeTag, replace, revoke } from './offers-and-tags.ts'
import { endAll, settle } from './runs.ts'
import { newContact, newWorld, type World } from './world.ts'

/** Tells a story to the model. */
export function imagine(story: Story, hours: number[]): string[] {
  const world = newWorld()
  for (const [index, more] of hours.entries()) {
    world.hour += more
    settle(world)
    if (story[index]) act(world, story[index])
    settle(world)
  }
  return factsOf(world)
}

function act(world: World, one: Act): void {
  if (one.do === 'join') {
    const contact = newContact()
    world.contacts.push(contact)
    record(contact, 'contact_created', null, null)
  } else if (one.do === 'automate') {
    for (const definition of one.definitions) {
      world.automations.push({ definition, version: 1, isEnabled: true, isDeleted: false })
    }
  } else if ('who' in one) {
    actOnContact(world, one)
  } else if ('which' in one) {
    changeAutomation(world, one)
  }
}

function actOnContact(world: World, one: Act & { who: number }): void {
  const contact = world.contacts[one.who % world.contacts.length]!
  if (contact.isDeleted) return
  switch (one.do) {
    case 'grant':
      grant(world, contact, one.offers, null)
      break
    case 'revoke':
      revoke(world, contact, one.offers, null)
      break
    case 'replace':
      replace(world, contact, one.offers)
      break
    case 'tag':
      addTag(contact, one.tag, null)
      break
    case 'untag':
      removeTag(contact, one.tag, null)
      break
    case 'leave':
      leave(world, contact)
      endAll(contact, 'contact_deleted', () => true)
  }
}

function changeAutomation({ automations, contacts }: World, one: Act & { which: number }): void {
  const automation = automations[one.which % automations.length]
  if (!automation || automation.isDeleted) return
  if (one.do === 'switch') automation.isEnabled = one.enabled
  if (one.do === 'drop') {
    automation.isDeleted = true
    for (const contact of contacts) {
      endAll(contact, 'automation_deleted', (run) => run.automation === automation)
    }
  }
  if (one.do === 'rewrite') {
    const definition = { ...automation.definition, ...one.definition }
    if (!isDeepStrictEqual(definition, automation.definition)) automation.version += 1
    automation.definition = definition
  }
}

/** In the words of facts.ts. */
function factsOf({ contacts, automations }: World): string[] {
  return contacts.flatMap(({ tags, held, events, runs, emails, calls }, who) => {
    const nameOf = (run: (typeof runs)[number]) => `automation ${automations.indexOf(run.automation)}`
    return [
      ...events.map(
        ({ type, resource, depth, run }, n) =>
          `contact ${who}, event ${n}: ${type} ${resource ?? '-'} by ${run ? nameOf(run) : 'somebody'}, depth ${depth}`,
      ),
      ...runs.map((run, n) =>
        [
          `contact ${who}, run ${n}: ${nameOf(run)} version ${run.version} for event ${events.indexOf(run.event)}`,
          `${run.status} ${run.reason ?? '-'}: ${run.steps.join(', ')}`,
        ].join(', '),
      ),
      `contact ${who} bears ${[...tags].sort().join(', ')}; holds ${[...held.keys()].sort().join(', ')}`,
      `contact ${who}: ${emails} e-mails, ${calls} calls`,
    ]
  })
}
