/** The effect of each command on the world of the model, and the facts that are compared. */
import { isDeepStrictEqual } from 'node:util'
import type { Command, Scenario } from './commands.ts'
import { addTag, deleteContact, grant, record, removeTag, replace, revoke } from './offers-and-tags.ts'
import { endAll, settle } from './runs.ts'
import { newContact, newWorld, type World } from './world.ts'

/** Runs a scenario on the model. @returns the facts at its end */
export function runOnModel(scenario: Scenario, hours: number[]): string[] {
  const world = newWorld()
  for (const [index, more] of hours.entries()) {
    world.hour += more
    settle(world)
    if (scenario[index]) apply(world, scenario[index])
    settle(world)
  }
  return factsOf(world)
}

function apply(world: World, command: Command): void {
  if (command.type === 'create_contact') {
    const contact = newContact()
    world.contacts.push(contact)
    record(contact, 'contact_created', null, null)
  } else if (command.type === 'create_automations') {
    for (const definition of command.definitions) {
      world.automations.push({ definition, version: 1, isEnabled: true, isDeleted: false })
    }
  } else if ('who' in command) {
    changeContact(world, command)
  } else if ('which' in command) {
    changeAutomation(world, command)
  }
}

function changeContact(world: World, command: Command & { who: number }): void {
  const contact = world.contacts[command.who % world.contacts.length]!
  if (contact.isDeleted) return
  switch (command.type) {
    case 'grant':
      grant(world, contact, command.offers, null)
      break
    case 'revoke':
      revoke(world, contact, command.offers, null)
      break
    case 'replace':
      replace(world, contact, command.offers)
      break
    case 'tag':
      addTag(contact, command.tag, null)
      break
    case 'untag':
      removeTag(contact, command.tag, null)
      break
    case 'delete_contact':
      deleteContact(world, contact)
      endAll(contact, 'contact_deleted', () => true)
  }
}

function changeAutomation({ automations, contacts }: World, command: Command & { which: number }): void {
  const automation = automations[command.which % automations.length]
  if (!automation || automation.isDeleted) return
  if (command.type === 'enable') automation.isEnabled = command.enabled
  if (command.type === 'delete_automation') {
    automation.isDeleted = true
    for (const contact of contacts) {
      endAll(contact, 'automation_deleted', (run) => run.automation === automation)
    }
  }
  if (command.type === 'change_automation') {
    const definition = { ...automation.definition, ...command.definition }
    if (!isDeepStrictEqual(definition, automation.definition)) automation.version += 1
    automation.definition = definition
  }
}

/** In the lines of facts.ts. */
function factsOf({ contacts, automations }: World): string[] {
  return contacts.flatMap(({ tags, held, events, runs, emails, calls }, who) => {
    const nameOf = (run: (typeof runs)[number]) => `automation ${automations.indexOf(run.automation)}`
    return [
      ...events.map(
        ({ type, resource, depth, run }, n) =>
          `contact ${who}, event ${n}: ${type} ${resource ?? '-'} by ${run ? nameOf(run) : 'request'}, depth ${depth}`,
      ),
      ...runs.map((run, n) =>
        [
          `contact ${who}, run ${n}: ${nameOf(run)} version ${run.version} for event ${events.indexOf(run.event)}`,
          `${run.status} ${run.reason ?? '-'}: ${run.steps.join(', ')}`,
        ].join(', '),
      ),
      `contact ${who} has tags ${[...tags].sort().join(', ')}; holds ${[...held.keys()].sort().join(', ')}`,
      `contact ${who}: ${emails} e-mails, ${calls} calls`,
    ]
  })
}
