import { Button } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useState } from 'react'
import { language, t } from '../texts/translate.ts'
import './chart.css'

export interface Point {
  /** As in 2026-01-31. */
  day: string
  value: number
}

interface ChartProps {
  title: string
  points: Point[]
  /** Bars for what happens on a day, a line for what is so at its end. */
  kind: 'bars' | 'line'
}

const HEIGHT = 168
const TOP = 20
const BOTTOM = 22

/** A day of a time zone is no moment: it is shown as it is. */
const dayFormat = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', timeZone: 'UTC' })
const dayOf = (day: string): string => dayFormat.format(new Date(`${day}T00:00:00Z`))
const numberOf = (value: number): string => value.toLocaleString(language)

/** One series by day, with its highest and its last value written beside it; the same as a table on request. */
export function Chart({ title, points, kind }: ChartProps) {
  const { ref, width } = useElementSize()
  const [isTable, setTable] = useState(false)
  return (
    <figure className="chart card">
      <figcaption className="chart-head">
        <h2>{title}</h2>
        <Button
          variant="subtle"
          color="dark"
          size="compact-sm"
          aria-label={t('chart.tableOf', { title })}
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
        >
          {t('chart.table')}
        </Button>
      </figcaption>
      <div ref={ref} className="chart-body">
        {isTable ? (
          <Table title={title} points={points} />
        ) : (
          points.length > 0 &&
          width > 0 && <Drawing title={title} points={points} kind={kind} width={width} />
        )}
      </div>
    </figure>
  )
}

function Drawing({ title, points, kind, width }: ChartProps & { width: number }) {
  const most = Math.max(1, ...points.map(({ value }) => value))
  const last = points.at(-1)!
  const step = width / points.length
  const x = (index: number) => (index + 0.5) * step
  const y = (value: number) => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM)
  const ground = y(0)
  const highest = points.findIndex(({ value }) => value === most)
  const labelled = [highest, points.length - 1].filter(
    (index, place, all) => index >= 0 && all.indexOf(index) === place,
  )
  const summary = t('chart.summary', {
    title,
    from: dayOf(points[0]!.day),
    to: dayOf(last.day),
    last: numberOf(last.value),
    most: numberOf(most),
  })
  return (
    <svg className="chart-drawing" width={width} height={HEIGHT} role="img" aria-label={summary}>
      <line className="chart-line" x1={0} x2={width} y1={ground} y2={ground} />
      {kind === 'line' && (
        <polyline
          className="chart-series"
          points={points.map(({ value }, index) => `${x(index)},${y(value)}`).join(' ')}
        />
      )}
      {points.map(({ day, value }, index) => (
        <g key={day}>
          <title>{`${dayOf(day)}: ${numberOf(value)}`}</title>
          {/* The whole height of the day can be pointed at. */}
          <rect className="chart-day" x={index * step} y={0} width={step} height={HEIGHT - BOTTOM} />
          {kind === 'bars' && (
            <rect
              className="chart-bar"
              x={index * step + step * 0.15}
              y={y(value)}
              width={step * 0.7}
              height={ground - y(value)}
              rx={Math.min(3, step * 0.2)}
            />
          )}
        </g>
      ))}
      {labelled.map((index) => (
        <text
          key={index}
          className="chart-value"
          x={Math.min(Math.max(x(index), 12), width - 4)}
          y={y(points[index]!.value) - 6}
          textAnchor={x(index) > width - 40 ? 'end' : x(index) < 40 ? 'start' : 'middle'}
        >
          {numberOf(points[index]!.value)}
        </text>
      ))}
      <text className="chart-label" x={0} y={HEIGHT - 4}>
        {dayOf(points[0]!.day)}
      </text>
      <text className="chart-label" x={width} y={HEIGHT - 4} textAnchor="end">
        {dayOf(last.day)}
      </text>
    </svg>
  )
}

function Table({ title, points }: Pick<ChartProps, 'title' | 'points'>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls.
    <section className="chart-table" tabIndex={0} aria-label={title}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('chart.day')}</th>
            <th scope="col" data-figure="true">
              {title}
            </th>
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map(({ day, value }) => (
            <tr key={day}>
              <td>{dayOf(day)}</td>
              <td data-figure="true">{numberOf(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
