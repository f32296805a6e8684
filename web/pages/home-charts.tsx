import { SegmentedControl } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { listSiteFigures } from '../api/generated.ts'
import { useMay } from '../api/session.ts'
import { Chart } from '../parts/chart.tsx'
import { Problem } from '../parts/problem.tsx'
import { useAddress } from '../parts/search.ts'
import { KEEPS_SIZE } from '../parts/together.tsx'
import { useCurrentSite } from '../shell/use-site.ts'
import { t } from '../texts/translate.ts'

const RANGES = ['7', '30', '90']
const USUAL = '30'
/** They add up a month: not with each event. */
const STALE_MS = 60_000

/** Grants and active members by day, in the time zone of the site. */
export function Charts() {
  const may = useMay()
  return may('view:grants') ? <Figures /> : null
}

function Figures() {
  const { id } = useCurrentSite()
  const { search, change } = useAddress()
  const days = RANGES.includes(search.days ?? '') ? search.days! : USUAL
  const { data, error } = useQuery({
    queryKey: ['site_figures', id, days],
    queryFn: ({ signal }) => listSiteFigures(id, { days }, { signal }),
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
    meta: KEEPS_SIZE,
  })
  const shown = data?.data.attributes.days ?? []
  if (error) return <Problem error={error} />
  return (
    <section className="charts">
      <div className="charts-head">
        <h2>{t('home.charts')}</h2>
        <SegmentedControl
          size="xs"
          aria-label={t('home.range')}
          data={RANGES.map((range) => ({ value: range, label: t('home.days', { n: range }) }))}
          value={days}
          onChange={(range) => change({ days: range === USUAL ? undefined : range })}
        />
      </div>
      <div className="charts-pair">
        <Chart
          title={t('home.grantsByDay')}
          kind="bars"
          points={shown.map(({ day, grants }) => ({ day, value: grants }))}
        />
        <Chart
          title={t('home.activeMembers')}
          kind="line"
          points={shown.map(({ day, active_members }) => ({ day, value: active_members }))}
        />
      </div>
    </section>
  )
}
