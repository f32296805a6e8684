import type { GetAutomationWhyNot200DataAttributesOccurrencesItem } from '../../api/generated.ts'
import { shownDay } from '../../parts/dates.tsx'
import { type TextKey, t, textOr } from '../../texts/translate.ts'

type Occurrence = GetAutomationWhyNot200DataAttributesOccurrencesItem

/** Why the automation ran at an event or did not, in the language of the page; what failed is in the words of the API. */
export function occurrenceSentence(occurrence: Occurrence, zone: string): string {
  const { outcome, reason, about, since, error } = occurrence
  if (outcome === 'did_not_start')
    return [
      t(`whyNot.${reason}` as TextKey, {
        about: about?.name ?? '',
        since: since ? shownDay(since, zone) : '',
      }),
      ...(error ? [t('whyNot.lastError', { error })] : []),
    ].join(' ')
  if (outcome === 'failed') return error ?? t('whyNot.erased')
  return reason === null ? '' : textOr(`runReason.${reason}`, reason)
}
