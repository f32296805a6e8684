/** Does an act of a story on the server. */

import { parseAutomationChanges, parseNewAutomation } from '../../src/automations/parse-automation.ts'
import {
  changeAutomation,
  createAutomation,
  deleteAutomation,
  lockAutomation,
} from '../../src/automations/save-automation.ts'
import { changeOffers } from '../../src/grants/change-offers.ts'
import { createContact } from '../../src/people/contacts/create-contact.ts'
import { deleteContact } from '../../src/people/contacts/delete-contact.ts'
import { changeTaggings } from '../../src/people/tags/change-taggings.ts'
import { personalData } from '../../src/personal-data.ts'
import type { App } from '../../src/platform/app.ts'
import { inTransaction, type Tx } from '../../src/platform/db/database.ts'
import { ApiError } from '../../src/platform/jsonapi/errors.ts'
import type { Act, Action, Condition, Definition, OfferName, Trigger } from './acts.ts'
import type { Stage } from './stages.ts'

/** What is refused, as to whoever has left, has not happened. */
export async function perform(app: App, stage: Stage, act: Act): Promise<void> {
  try {
    if (act.do === 'grant' || act.do === 'revoke' || act.do === 'replace') {
      await changeOffersOf(app, stage, act)
    } else {
      await inTransaction(app.db, (tx) => performIn(tx, stage, act, app.clock.now()))
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

async function changeOffersOf(
  app: App,
  stage: Stage,
  { do: mode, who, offers }: Extract<Act, { offers: OfferName[] }>,
): Promise<void> {
  await changeOffers(app, {
    mode,
    caller: { account_id: stage.accountId },
    subject: { parent: 'contacts', id: contactOf(stage, who) },
    offerIds: offers.map((name) => stage.named.get(name)!),
    options: { actor: 'somebody', source: 'cli', request_id: null, send_customer_welcome_email: false },
    idempotency: null,
  })
}

async function performIn(tx: Tx, stage: Stage, act: Act, now: Date): Promise<void> {
  const { siteId, contacts, automations, named } = stage
  const origin = { actor: 'somebody', requestId: null, now }
  const automationId = 'which' in act ? (automations[act.which % automations.length] ?? '0') : '0'
  switch (act.do) {
    case 'join': {
      const email = `person${contacts.length}@example.com`
      contacts.push(await createContact(tx, siteId, { email }, origin))
      return
    }
    case 'leave':
      return deleteContact(tx, [siteId], contactOf(stage, act.who), origin, personalData)
    case 'tag':
    case 'untag': {
      const change = { contactId: contactOf(stage, act.who), tagIds: [named.get(act.tag)!], origin }
      await changeTaggings(tx, act.do === 'tag' ? 'add' : 'remove', siteId, [change])
      return
    }
    case 'automate': {
      for (const definition of act.definitions) {
        const automation = parseNewAutomation({ name: 'Automation', ...attributesOf(stage, definition) })
        automations.push(await createAutomation(tx, siteId, automation, now))
      }
      return
    }
    case 'rewrite': {
      const changes = parseAutomationChanges(attributesOf(stage, act.definition))
      await changeAutomation(tx, await lockAutomation(tx, [siteId], automationId), changes, now)
      return
    }
    case 'switch': {
      const changes = parseAutomationChanges({ enabled: act.enabled })
      await changeAutomation(tx, await lockAutomation(tx, [siteId], automationId), changes, now)
      return
    }
    case 'drop':
      return deleteAutomation(tx, [siteId], automationId, now)
  }
}

const contactOf = ({ contacts }: Stage, who: number) => contacts[who % contacts.length]!

/** With ids where the story has names. */
function attributesOf(stage: Stage, { trigger, conditions, actions }: Partial<Definition>): object {
  return {
    ...(trigger && { trigger: triggerOf(stage, trigger) }),
    ...(conditions !== undefined && { conditions: conditions && conditionOf(stage, conditions) }),
    ...(actions && { actions: actions.map((action) => actionOf(stage, action)) }),
  }
}

const triggerOf = ({ named }: Stage, { event, resource_id }: Trigger) => ({
  event,
  ...(resource_id && { resource_id: named.get(resource_id) }),
})

function conditionOf(stage: Stage, condition: Condition): object {
  if ('all' in condition) return { all: condition.all.map((part) => conditionOf(stage, part)) }
  if ('any' in condition) return { any: condition.any.map((part) => conditionOf(stage, part)) }
  return { ...condition, value: stage.named.get(condition.value) }
}

function actionOf({ named, templateId, hookId }: Stage, action: Action): object {
  if ('offer_id' in action) return { ...action, offer_id: named.get(action.offer_id) }
  if ('tag_id' in action) return { ...action, tag_id: named.get(action.tag_id) }
  if (action.action === 'send_email') return { ...action, template_id: templateId }
  if (action.action === 'call_webhook') return { ...action, hook_id: hookId }
  return action
}
