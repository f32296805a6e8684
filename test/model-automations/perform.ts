/** Executes a command of a scenario on the server. */
import { automationRecords } from '../../src/automations/automations.resource.ts'
import { changeOffers } from '../../src/grants/change-offers.ts'
import { createContact } from '../../src/people/contacts/create-contact.ts'
import { deleteContact } from '../../src/people/contacts/delete-contact.ts'
import { changeTaggings } from '../../src/people/tags/change-taggings.ts'
import { personalData } from '../../src/personal-data.ts'
import type { App } from '../../src/platform/app.ts'
import { inTransaction, type Tx } from '../../src/platform/db/database.ts'
import { ApiError } from '../../src/platform/jsonapi/errors.ts'
import type { Values } from '../../src/platform/jsonapi/read-attributes.ts'
import { lockOne } from '../../src/platform/records/lock-one.ts'
import { asOperator, createRecord, endRecord, updateRecord } from '../../src/platform/records/records.ts'
import type { Action, Command, Condition, Definition, OfferName, Trigger } from './commands.ts'
import type { TestSite } from './test-sites.ts'

/** A command that is refused, such as a grant to a deleted contact, has no effect. */
export async function perform(app: App, site: TestSite, command: Command): Promise<void> {
  try {
    if (command.type === 'grant' || command.type === 'revoke' || command.type === 'replace') {
      await changeOffersOf(app, site, command)
    } else {
      await inTransaction(app.db, (tx) => performIn(app, tx, site, command))
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

async function changeOffersOf(
  app: App,
  site: TestSite,
  { type: mode, who, offers }: Extract<Command, { offers: OfferName[] }>,
): Promise<void> {
  await changeOffers(app, {
    mode,
    caller: { account_id: site.accountId },
    subject: { parent: 'contacts', id: contactOf(site, who) },
    offerIds: offers.map((name) => site.named.get(name)!),
    options: { actor: 'request', source: 'cli', request_id: null, send_customer_welcome_email: false },
    idempotency: null,
  })
}

async function performIn(app: App, tx: Tx, site: TestSite, command: Command): Promise<void> {
  const { siteId, contacts, automations, named } = site
  const origin = { actor: 'request', requestId: null, now: app.clock.now() }
  const writing = asOperator(app, tx, site.accountId, [siteId])
  const automationId = 'which' in command ? (automations[command.which % automations.length] ?? '0') : '0'
  switch (command.type) {
    case 'create_contact': {
      const email = `person${contacts.length}@example.com`
      contacts.push(await createContact(tx, siteId, { email }, origin))
      return
    }
    case 'delete_contact':
      return deleteContact(tx, [siteId], contactOf(site, command.who), origin, personalData)
    case 'tag':
    case 'untag': {
      const change = { contactId: contactOf(site, command.who), tagIds: [named.get(command.tag)!], origin }
      await changeTaggings(tx, command.type === 'tag' ? 'add' : 'remove', siteId, [change])
      return
    }
    case 'create_automations': {
      for (const definition of command.definitions) {
        const attributes = { name: 'Automation', ...attributesOf(site, definition) }
        automations.push((await createRecord(writing, automationRecords, { siteId, attributes })).id)
      }
      return
    }
    case 'change_automation':
    case 'enable': {
      const automation = await lockOne(tx, automationRecords, [siteId], automationId)
      const changes =
        command.type === 'enable' ? { enabled: command.enabled } : attributesOf(site, command.definition)
      return updateRecord(writing, automationRecords, automation, changes)
    }
    case 'delete_automation':
      return endRecord(writing, automationRecords, automationId)
  }
}

const contactOf = ({ contacts }: TestSite, who: number) => contacts[who % contacts.length]!

/** Replaces the names of the scenario by ids. */
function attributesOf(site: TestSite, { trigger, conditions, actions }: Partial<Definition>): Values {
  return {
    ...(trigger && { trigger: triggerOf(site, trigger) }),
    ...(conditions !== undefined && { conditions: conditions && conditionOf(site, conditions) }),
    ...(actions && { actions: actions.map((action) => actionOf(site, action)) }),
  }
}

const triggerOf = ({ named }: TestSite, { event, resource_id }: Trigger) => ({
  event,
  ...(resource_id && { resource_id: named.get(resource_id) }),
})

function conditionOf(site: TestSite, condition: Condition): object {
  if ('all' in condition) return { all: condition.all.map((part) => conditionOf(site, part)) }
  if ('any' in condition) return { any: condition.any.map((part) => conditionOf(site, part)) }
  return { ...condition, value: site.named.get(condition.value) }
}

function actionOf({ named, templateId, hookId }: TestSite, action: Action): object {
  if ('offer_id' in action) return { ...action, offer_id: named.get(action.offer_id) }
  if ('tag_id' in action) return { ...action, tag_id: named.get(action.tag_id) }
  if (action.action === 'send_email') return { ...action, template_id: templateId }
  if (action.action === 'call_webhook') return { ...action, hook_id: hookId }
  return action
}
