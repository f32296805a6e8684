import { formatDay } from '../../parts/dates.tsx'
import { plural, t } from '../../texts/translate.ts'

/** For how long an offer gives access: "For 30 days". */
export function accessSentence({
  access_days,
  access_begins_at,
}: {
  access_days: number | null
  access_begins_at: string | null
}): string {
  const length = access_days === null ? t('offers.unlimited') : plural('offers.days', access_days)
  return access_begins_at === null
    ? length
    : `${length}, ${t('offers.from', { day: formatDay(access_begins_at) })}`
}
