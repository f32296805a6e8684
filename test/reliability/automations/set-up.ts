import { send, type TrialEnvironment } from '../trial-environment.ts'

/** The automation of the trial. */
export interface FiveSteps {
  /** The offer whose grant starts it. */
  offerId: string
  /** The offer that it grants. */
  bonusId: string
  automationId: string
  actions: string[]
}

/** Creates an automation of five steps over the API, with all that it needs. */
export async function createFiveSteps(
  url: string,
  token: string,
  { account, database }: TrialEnvironment,
  receiverUrl: string,
): Promise<FiveSteps> {
  const make = async (type: string, attributes: object): Promise<string> => {
    const body = { data: { type, attributes } }
    const { status, text } = await send(url, { token, path: `/v1/${type}`, body })
    if (status !== 201) throw new Error(`POST /v1/${type} got the response ${status} ${text}`)
    return JSON.parse(text).data.id
  }
  // The limit on e-mails of automations is tested elsewhere.
  await database.query('update sites set automation_emails_per_hour = 1000000')
  const [offerId, bonusId] = account.offers as [string, string]
  const tag_id = await make('contact_tags', { name: 'Granted' })
  const template_id = await make('email_templates', {
    kind: 'automation',
    name: 'Bonus',
    subject: 'Something for you',
    body: '<p>Here it is.</p>',
  })
  const hook_id = await make('hooks', { event: 'automation', target_url: receiverUrl })
  const actions = [
    { action: 'add_tag', tag_id },
    { action: 'wait', amount: 1, unit: 'minutes' },
    { action: 'send_email', template_id },
    { action: 'grant_offer', offer_id: bonusId },
    { action: 'call_webhook', hook_id },
  ]
  const trigger = { event: 'offer_granted', resource_id: offerId }
  const automationId = await make('automations', { name: 'Five steps', trigger, actions })
  return { offerId, bonusId, automationId, actions: actions.map(({ action }) => action) }
}
