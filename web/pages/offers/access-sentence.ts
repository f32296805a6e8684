import { shownDay } from '../../parts/dates.tsx'
import { plural, t } from '../../texts/translate.ts'

/** For how long an offer gives access: "For 30 days". */
export function accessSentence(
  {
    access_days,
    access_begins_at,
  }: {
    access_days: number | null
    access_begins_at: string | null
  },
  zone: string,
): string {
  const length = access_days === null ? t('offers.unlimited') : plural('offers.days', access_days)
  return access_begins_at === null
    ? length
    : `${length}, ${t('offers.from', { day: shownDay(access_begins_at, zone) })}`
}
