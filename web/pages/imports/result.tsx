import { Button } from '@mantine/core'
import { getDownloadImportRejectedRowsUrl } from '../../api/generated.ts'
import { requestFile } from '../../api/request.ts'
import { Moment } from '../../parts/dates.tsx'
import { attempt } from '../../parts/forms.tsx'
import { AlertIcon, DownloadIcon } from '../../parts/icons.tsx'
import { Card } from '../../parts/page.tsx'
import { saveFile } from '../../parts/save-file.ts'
import { language, plural, t, textOr } from '../../texts/translate.ts'
import { type Findings, isTried, type ShownImport } from './import-data.ts'
import { outcomeSentence, outcomesIn } from './words.ts'

/** What became of the rows, or would become of them. */
export function Result({ shown }: { shown: ShownImport }) {
  const { id, attributes } = shown
  const { dry_run, status, reason, counts, done, total, rejected, finished_at } = attributes
  const findings = attributes.findings as unknown as Findings
  return (
    <Card
      title={t(dry_run ? 'imports.would' : 'imports.did')}
      action={
        rejected > 0 &&
        !dry_run && (
          <Button
            size="xs"
            variant="default"
            leftSection={<DownloadIcon size={14} />}
            onClick={() => void attempt(() => downloadRejected(id))}
          >
            {t('imports.download')}
          </Button>
        )
      }
    >
      {dry_run && status === 'completed' && !isTried(shown) && (
        <p className="problem" role="status">
          <AlertIcon />
          {t('imports.stale')}
        </p>
      )}
      {status === 'cancelled' && (
        <p className="problem" role="status">
          <AlertIcon />
          <span>
            {findings.problem ?? textOr(`imports.reason.${reason}`, String(reason))}{' '}
            {t('imports.stopped', {
              done: done.toLocaleString(language),
              total: total.toLocaleString(language),
            })}
          </span>
        </p>
      )}
      <ul className="effects">
        {outcomesIn(counts).map(([name, count]) => (
          <li key={name}>{outcomeSentence(name, count, dry_run)}</li>
        ))}
        {Object.entries(findings.created).map(([type, names]) => (
          <li key={type}>{createdSentence(type, names, dry_run)}</li>
        ))}
        {done === 0 && <li>{t('imports.nothing')}</li>}
      </ul>
      <Noticed findings={findings} />
      {finished_at && (
        <p className="meta import-hint">
          {t('imports.finished')} <Moment at={finished_at} />
        </p>
      )}
    </Card>
  )
}

async function downloadRejected(id: string): Promise<void> {
  saveFile(await requestFile(getDownloadImportRejectedRowsUrl(id)), `rejected-${id}.csv`)
}

const SHOWN_NAMES = 10

function createdSentence(type: string, names: string[], isDryRun: boolean): string {
  const more = names.length - SHOWN_NAMES
  // Names can have commas in them.
  const shown = [...names.slice(0, SHOWN_NAMES), ...(more > 0 ? [t('imports.more', { n: more })] : [])]
  return `${plural(`imports.${isDryRun ? 'wouldCreate' : 'created'}.${type}`, names.length)}: ${shown.join(' · ')}`
}

/** Cells that were left out, or can be read in more than one way. */
function Noticed({ findings: { ambiguous, left_out } }: { findings: Findings }) {
  if (ambiguous.length + left_out.length === 0) return null
  return (
    <details className="import-noticed">
      <summary>{plural('imports.noticed', ambiguous.length + left_out.length)}</summary>
      <ul>
        {left_out.map(({ column, reason, rows, lines }) => (
          <li key={`${column} ${reason}`}>
            <strong>{column}</strong>: {reason}{' '}
            <span className="meta">
              {plural('imports.inRows', rows)} ({t('imports.lines', { lines: lines.join(', ') })})
            </span>
          </li>
        ))}
        {ambiguous.map(({ column, cell, reading, rows }) => (
          <li key={`${column} ${cell}`}>
            <strong>{column}</strong>: {t('imports.readAs', { cell, reading })}{' '}
            <span className="meta">{plural('imports.inRows', rows)}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
