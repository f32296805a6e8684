/** The tables of events in docs/ are those of the catalogue. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { TRIGGER_EVENTS, TRIGGERS } from '../src/automations/triggers.ts'
import { REFERENCES } from '../src/platform/events/catalogue.ts'
import { describeType, eventTypes, PERSONAL_EVENT_DATA } from '../src/platform/events/events.ts'
import { describeEvent, hookEvents } from '../src/webhooks/hook-events.ts'
import { EVENT_NAMES } from '../web/texts/event-names.ts'

/** The rows of the first table of a page below a heading, without its head. */
function tableOf(page: string, heading: string): string[] {
  const text = readFileSync(join(import.meta.dirname, '..', 'docs', page), 'utf8')
  const [, section = ''] = text.split(`\n## ${heading}\n`)
  return section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
}

const row = (...cells: string[]) =>
  `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |').replaceAll('|  |', '| |')
const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(', ')

test('docs/events.md lists every event: when it occurs, its references and data, its hooks, whether it is a trigger', () => {
  const rows = eventTypes.map((name) => {
    const { occurs, refersTo, data, hooks = {}, isTrigger } = describeType(name)
    const references = refersTo.map((type) => REFERENCES[type].replace('_id', ''))
    const shown = Object.keys(data.properties).filter((member) => !PERSONAL_EVENT_DATA.includes(member))
    const cells = [references.join(', '), code(shown), code(Object.keys(hooks)), isTrigger ? 'yes' : '']
    return row(code([name]), occurs, ...cells)
  })
  expect(tableOf('events.md', 'Types')).toEqual(rows)
})

test('docs/webhooks.md lists every event of hooks, with what its body shows', () => {
  const rows = hookEvents.map((name) => {
    const { occurs, shows, isKajabi } = describeEvent(name)
    return row(`\`${name}\`${isKajabi ? '' : ' †'}`, occurs, code(shows))
  })
  expect(tableOf('webhooks.md', 'Events')).toEqual(rows)
})

test('docs/automations.md lists every trigger, with what it can be restricted to', () => {
  const rows = TRIGGER_EVENTS.map((name) => {
    const { occurs } = describeType(name)
    return row(code([name]), occurs, code([TRIGGERS[name] ?? []].flat()))
  })
  expect(tableOf('automations.md', 'Trigger')).toEqual(rows)
})

test.each(['en', 'es'])(
  'the portal has a sentence and a name in %s for every event, and offers each as a filter',
  (language) => {
    const file = join(import.meta.dirname, '..', 'web', 'texts', `${language}.json`)
    const texts = JSON.parse(readFileSync(file, 'utf8'))
    const names = eventTypes.map((name) => texts[`eventName.${name}`] ?? texts[`event.${name}`])
    const keys = eventTypes.map((name) => `event.${name}`)
    expect(keys.filter((key) => !(key in texts))).toEqual([])
    // A sentence with a placeholder is no name.
    expect(names.filter((name) => name.includes('{'))).toEqual([])
    expect(EVENT_NAMES).toEqual(eventTypes)
  },
)
