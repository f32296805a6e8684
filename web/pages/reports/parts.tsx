/** What the reports share. */
import { SegmentedControl } from '@mantine/core'
import type { ReactNode } from 'react'
import { useAddress } from '../../parts/search.ts'
import { useSite } from '../../shell/use-site.ts'
import { language, type TextKey, t } from '../../texts/translate.ts'

/** Amounts of currencies are never added up: one of them is shown, at first that of the site. */
export function useCurrency(currencies: string[]): { currency: string; choice: ReactNode } {
  const { search, change } = useAddress()
  const { currency: own } = useSite().site!.attributes
  const known = [...new Set(currencies)].sort((a, b) => Number(b === own) - Number(a === own))
  const currency = known.find((one) => one === search.currency) ?? known[0] ?? own
  const choice = known.length > 1 && (
    <SegmentedControl
      size="sm"
      aria-label={t('offers.currency')}
      data={known}
      value={currency}
      onChange={(chosen) => change({ currency: chosen === known[0] ? undefined : chosen })}
    />
  )
  return { currency, choice }
}

interface RangeProps {
  label: string
  /** By value of the parameter. */
  ranges: Record<string, string>
  value: string
  onChange: (value: string) => void
}

export const Range = ({ label, ranges, value, onChange }: RangeProps) => (
  <SegmentedControl
    size="sm"
    aria-label={label}
    data={Object.entries(ranges).map(([range, name]) => ({ value: range, label: name }))}
    value={value}
    onChange={onChange}
  />
)

/** Figures beside each other, each with its name. */
export function Figures({ figures }: { figures: [name: string, value: string][] }) {
  return (
    <dl className="report-figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

/** What each figure means. */
export function Definitions({ names }: { names: string[] }) {
  return (
    <section className="card">
      <h2>{t('reports.definitions')}</h2>
      <dl className="definitions">
        {names.map((name) => (
          <div key={name}>
            <dt>{t(`reports.${name}` as TextKey)}</dt>
            <dd>{t(`reports.${name}.is` as TextKey)}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

/** A share in percent; a dash where there is none. */
export const percent = (share: number | null): string =>
  share === null ? '–' : share.toLocaleString(language, { style: 'percent', maximumFractionDigits: 1 })
