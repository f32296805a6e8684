import { formatEnd } from '../../../src/platform/text/zone.ts'
import { now } from '../../api/clock.ts'
import type { Effect } from '../../api/generated.ts'
import { shownDay } from '../../parts/dates.tsx'
import { automationValues, webhookValues } from '../../parts/effect-values.ts'
import { language, type TextKey, t, textOr } from '../../texts/translate.ts'

export interface EffectNames {
  /** Title of an offer by its id. */
  offer: (id: string) => string
  zone: string
}

/** What would happen or would not, in the language of the page; in the words of the API where the page has none. */
export function effectSentence(effect: Effect, names: EffectNames): string {
  if (effect.effect === 'email') return emailSentence(effect)
  if (effect.effect === 'webhook') return webhookSentence(effect)
  if (effect.effect === 'automation') return automationSentence(effect)
  const values = {
    offer: effect.offer_id === undefined ? '' : names.offer(effect.offer_id),
    access: access(effect, names.zone),
    before: effect.previous_expires_at ? until(effect.previous_expires_at, names.zone) : t('effect.noEnd'),
  }
  const key = effect.happens ? `effect.${effect.effect}` : `effect.not.${effect.reason}`
  return [textOr(key, effect.sentence, values), ...announced(effect, names.zone), ...kept(effect)].join(' ')
}

const until = (moment: string, zone: string) =>
  t('effect.until', { day: formatEnd(language, zone, new Date(moment), 'medium') })

function access({ starts_at, expires_at }: Effect, zone: string): string {
  const end = expires_at ? until(expires_at, zone) : t('effect.noEnd')
  const isLater = starts_at && Date.parse(starts_at) > now()
  return isLater ? `${t('effect.from', { day: shownDay(starts_at, zone) })} ${end}` : end
}

const announced = ({ ending_notice_at }: Effect, zone: string): string[] =>
  ending_notice_at ? [t('effect.notice', { day: shownDay(ending_notice_at, zone) })] : []

const kept = ({ kept_products = [] }: Effect): string[] =>
  kept_products.map(({ title, through }) => t('effect.kept', { title, offers: through.join(', ') }))

function emailSentence({ happens, kind = '', status, reason, subject, to_email }: Effect): string {
  const named = textOr(`email.${kind}`, kind)
  if (!happens) return t(`effect.noEmail.${reason}` as TextKey, { kind: named })
  const what = subject && to_email ? t('effect.emailTo', { subject, email: to_email }) : named
  return t(`effect.email.${status}` as TextKey, { what, reason: reason ?? '' })
}

const webhookSentence = (effect: Effect): string =>
  t(effect.happens ? 'effect.webhook' : 'effect.noWebhook', webhookValues(effect))

const automationSentence = (effect: Effect): string =>
  t(effect.happens ? 'effect.automation' : 'effect.noAutomation', automationValues(effect))
