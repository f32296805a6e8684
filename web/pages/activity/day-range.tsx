import { TextInput } from '@mantine/core'
import { dayIn } from '../../../src/platform/text/zone.ts'
import { endOfDay, startOfDayNamed, useZone } from '../../parts/dates.tsx'
import { useAddress } from '../../parts/search.ts'
import { t } from '../../texts/translate.ts'

const FROM = 'filter[created_at_gteq]'
const TO = 'filter[created_at_lt]'

/** The first and the last day of a list, in the time zone of the site; the address has the moments. */
export function DayRange() {
  const zone = useZone()
  const { search, change } = useAddress()
  const set = (parameter: string, moment: Date | undefined) =>
    change({ [parameter]: moment?.toISOString(), 'page[number]': undefined })
  const from = search[FROM]
  const to = search[TO]
  return (
    <>
      <TextInput
        className="filter-select"
        type="date"
        aria-label={t('activity.from')}
        leftSection={<span className="meta">{t('activity.from')}</span>}
        leftSectionWidth={56}
        value={from ? dayIn(zone, new Date(from)) : ''}
        onChange={({ currentTarget: { value } }) =>
          set(FROM, value ? startOfDayNamed(zone, value) : undefined)
        }
      />
      <TextInput
        className="filter-select"
        type="date"
        aria-label={t('activity.to')}
        leftSection={<span className="meta">{t('activity.to')}</span>}
        leftSectionWidth={56}
        value={to ? dayIn(zone, new Date(Date.parse(to) - 1)) : ''}
        onChange={({ currentTarget: { value } }) => set(TO, value ? endOfDay(zone, value) : undefined)}
      />
    </>
  )
}
