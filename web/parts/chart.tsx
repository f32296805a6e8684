import { Button } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { useState } from 'react'
import { language, t } from '../texts/translate.ts'
import { dayName, monthName } from './chart-labels.ts'
import './chart.css'

export interface Point {
  /** As in 2026-01-31; of a month 2026-01. */
  day: string
  value: number
}

interface ChartProps {
  title: string
  points: Point[]
  /** Bars for what happens on a day, a line for what is so at its end. */
  kind: 'bars' | 'line'
  unit?: 'day' | 'month'
  /** The value in words, as an amount of money. */
  format?: (value: number) => string
}

const HEIGHT = 168
const TOP = 20
const BOTTOM = 22
/** About half the width of a value that is written beside its point. */
const EDGE = 40

const numberOf = (value: number): string => value.toLocaleString(language)

const NAMES = { day: dayName, month: monthName }

/** One series by day or month, with its highest and its last value written beside it; the same as a table on request. */
export function Chart({ title, points, kind, unit = 'day', format = numberOf }: ChartProps) {
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
          <Table title={title} points={points} unit={unit} format={format} />
        ) : (
          points.length > 0 &&
          width > 0 && (
            <Drawing title={title} points={points} kind={kind} unit={unit} format={format} width={width} />
          )
        )}
      </div>
    </figure>
  )
}

type DrawingProps = Required<ChartProps> & { width: number }

function Drawing({ title, points, kind, unit, format, width }: DrawingProps) {
  const nameOf = NAMES[unit]
  const values = points.map(({ value }) => value)
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)]
  // With nothing but zeros, the ground is at the bottom.
  const top = most === least ? 1 : most
  const last = points.at(-1)!
  const step = width / points.length
  const x = (index: number) => (index + 0.5) * step
  const y = (value: number) => TOP + ((top - value) / (top - least)) * (HEIGHT - TOP - BOTTOM)
  const ground = y(0)
  const highest = points.findIndex(({ value }) => value === most)
  const labelled = [highest, points.length - 1].filter(
    (index, place, all) =>
      index >= 0 && all.indexOf(index) === place && (place === 0 || x(index) - x(highest) > 2 * EDGE),
  )
  const summary = t(unit === 'day' ? 'chart.summary' : 'chart.summaryOfMonths', {
    title,
    from: nameOf(points[0]!.day),
    to: nameOf(last.day),
    last: format(last.value),
    most: format(most),
  })
  return (
    <svg className="chart-drawing" width={width} height={HEIGHT} role="img" aria-label={summary}>
      <line className="chart-line" x1={0} x2={width} y1={ground} y2={ground} />
      {kind === 'line' && (
        <circle className="chart-last" cx={x(points.length - 1)} cy={y(last.value)} r={3} />
      )}
      {kind === 'line' && (
        <polyline
          className="chart-series"
          points={points.map(({ value }, index) => `${x(index)},${y(value)}`).join(' ')}
        />
      )}
      {points.map(({ day, value }, index) => (
        <g key={day}>
          <title>{`${nameOf(day)}: ${format(value)}`}</title>
          {/* The whole height can be pointed at. */}
          <rect className="chart-day" x={index * step} y={0} width={step} height={HEIGHT - BOTTOM} />
          {kind === 'bars' && (
            <rect
              className="chart-bar"
              x={index * step + step * 0.15}
              y={Math.min(ground, y(value))}
              width={step * 0.7}
              height={Math.abs(ground - y(value))}
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
          y={Math.min(ground, y(points[index]!.value)) - 6}
          textAnchor={x(index) > width - EDGE ? 'end' : x(index) < EDGE ? 'start' : 'middle'}
        >
          {format(points[index]!.value)}
        </text>
      ))}
      <text className="chart-label" x={0} y={HEIGHT - 4}>
        {nameOf(points[0]!.day)}
      </text>
      <text className="chart-label" x={width} y={HEIGHT - 4} textAnchor="end">
        {nameOf(last.day)}
      </text>
    </svg>
  )
}

function Table({ title, points, unit, format }: Omit<Required<ChartProps>, 'kind'>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls.
    <section className="chart-table" tabIndex={0} aria-label={title}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t(`chart.${unit}`)}</th>
            <th scope="col" data-figure="true">
              {title}
            </th>
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map(({ day, value }) => (
            <tr key={day}>
              <td>{NAMES[unit](day)}</td>
              <td data-figure="true">{format(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
