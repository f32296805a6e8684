import { textOr } from '../texts/translate.ts'

/** The type of an event, as in "An offer was granted". */
export const eventName = (event: string): string => textOr(`eventName.${event}`, event)

/** The event of a webhook, whose names differ from those of the log. */
export const hookEventName = (event: string): string => textOr(`hook.${event}`, event)

/** What sentences about a webhook name, of one delivery or of several. */
export const webhookValues = ({
  target_url,
  hook_id = '',
  event = '',
}: {
  target_url?: string | null
  hook_id?: string
  event?: string
}) => ({ url: target_url ?? `#${hook_id}`, event: hookEventName(event) })

/** What sentences about an automation name, of one run or of several. */
export function automationValues({
  automation_name: name = '',
  event = '',
  reason,
}: {
  automation_name?: string
  event?: string
  reason?: string | null
}) {
  const why = reason === 'disabled' ? 'automation_disabled' : reason
  return { name, event: eventName(event), reason: textOr(`runReason.${why}`, why ?? '') }
}
