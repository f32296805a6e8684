import { Progress } from '@mantine/core'
import { now } from '../../api/clock.ts'
import { Card } from '../../parts/page.tsx'
import { language, plural, t } from '../../texts/translate.ts'
import type { ShownImport } from './import-data.ts'

/** How far an import is, how fast it goes, and how long it will take. */
export function RunningImport({ shown: { attributes } }: { shown: ShownImport }) {
  const { dry_run, done, total, progress, started_at } = attributes
  const seconds = started_at === null ? 0 : (now() - Date.parse(started_at)) / 1_000
  const rate = seconds > 1 ? done / seconds : 0
  const isBegun = done > 0 && rate > 0
  return (
    <Card title={t(dry_run ? 'imports.trying' : 'imports.running')}>
      <Progress value={progress} aria-label={t('imports.progress')} />
      <p className="import-progress" role="status">
        {t('imports.doneOf', { done: done.toLocaleString(language), total: total.toLocaleString(language) })}
        {isBegun && (
          <span className="meta">
            {' '}
            {t('imports.rate', { rate: Math.max(1, Math.round(rate)).toLocaleString(language) })} ·{' '}
            {timeLeft((total - done) / rate)}
          </span>
        )}
      </p>
      <p className="meta">{t('imports.goesOn')}</p>
    </Card>
  )
}

function timeLeft(seconds: number): string {
  if (seconds < 90) return plural('imports.secondsLeft', Math.max(1, Math.round(seconds)))
  return plural('imports.minutesLeft', Math.round(seconds / 60))
}
