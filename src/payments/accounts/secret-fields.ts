/** The secrets of a provider account: how requests set them, and what is shown in their place. */
import { type Field, matching } from '../../platform/jsonapi/fields.ts'

/** In the place of what is not shown. */
const HIDDEN = '…'

/** As in "sk_test_…7x2K". */
export const hintOf = (key: string): string =>
  `${key.split('_').slice(0, 2).join('_')}_${HIDDEN}${key.slice(-4)}`

/** What is shown of the secret of a webhook. */
export const WEBHOOK_HINT = `whsec_${HIDDEN}`

/** Whether it is what is shown, sent back: then the secret stays. */
export const isHint = (value: unknown): boolean => typeof value === 'string' && value.includes(HIDDEN)

/** A secret that requests set, or send back as it is shown. */
function secret(pattern: RegExp, form: string, example: string): Field {
  const field = matching(pattern, form)
  return {
    ...field,
    schema: { ...field.schema, examples: [example] },
    read: (value) => (isHint(value) ? value : field.read(value)),
  }
}

export const secretKeyField = secret(
  /^(?:sk|rk)_(?:test|live)_\w{8,250}$/,
  'a secret or restricted key of Stripe, which starts with sk_live_, sk_test_, rk_live_ or rk_test_',
  'sk_test_51QJ8Yz2eZvKYlo2C7x2K',
)

export const webhookSecretField = secret(
  /^whsec_[\w+/=]{8,250}$/,
  'the signing secret of a webhook, which starts with whsec_',
  'whsec_8rT2nY5vQ0sK7bL4',
)

/** Whether the key moves real money. */
export const isLive = (key: string): boolean => /^\w\w_live_/.test(key)
