import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Complete } from '../../api/documents.ts'
import { findIncluded } from '../../api/documents.ts'
import { type ImportRow, listImportRows } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { type Column, DataTable, PhoneLine } from '../../parts/data-table.tsx'
import { apiParameters, PAGE_SIZE, useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { language, t } from '../../texts/translate.ts'
import type { Kind, ShownImport } from './import-data.ts'
import { describeChanges, outcomeName, outcomesIn } from './words.ts'

type Row = Complete<ImportRow>

const TONES: Record<string, 'good' | 'warn' | 'bad' | 'plain'> = {
  created: 'good',
  changed: 'good',
  pending: 'warn',
  rejected: 'bad',
}

/** What became of each row; the address says of which outcome. */
export function Rows({ shown, kind }: { shown: ShownImport; kind: Kind | undefined }) {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const mayView = useMay()('view:contacts')
  const { done, status, dry_run, counts } = shown.attributes
  const params = { ...(mayView && { include: 'contact' }), 'page[size]': PAGE_SIZE, ...apiParameters(search) }
  const list = listOf(
    'import_rows',
    ({ id, ...rest }: typeof params & { id: string }, init: RequestInit) => listImportRows(id, rest, init),
    { id: shown.id, ...params },
  )
  // Rows are read again whenever some more of them are done.
  const query = useQuery({ ...list, queryKey: [...list.queryKey, done, status, dry_run] as never })
  const columns: Column<Row>[] = [
    {
      title: t('imports.person'),
      cell: (row) => {
        const contact = findIncluded(query.data, row.relationships.contact?.data)
        const name = String(
          contact?.attributes.name || contact?.attributes.email || row.attributes.email || '–',
        )
        return (
          <>
            {contact ? (
              <Link to="/s/$site/contacts/$id" params={{ site, id: contact.id }}>
                {name}
              </Link>
            ) : (
              name
            )}
            <PhoneLine>{t('imports.lineOf', { line: row.attributes.line })}</PhoneLine>
          </>
        )
      },
    },
    {
      title: t('imports.line'),
      isFigure: true,
      isMinor: true,
      cell: (row) => row.attributes.line.toLocaleString(language),
    },
    {
      title: t('imports.outcome'),
      cell: ({ attributes }) => (
        <>
          <State tone={TONES[attributes.status] ?? 'plain'}>{outcomeName(attributes.status, dry_run)}</State>
          <PhoneLine>
            <Why row={attributes} kind={kind} />
          </PhoneLine>
        </>
      ),
    },
    {
      title: t('imports.why'),
      isMinor: true,
      cell: ({ attributes }) => <Why row={attributes} kind={kind} />,
    },
  ]
  const outcome = search['filter[status]']
  return (
    <section>
      <h2 className="import-rows">{t('imports.rows')}</h2>
      <div className="toolbar">
        {outcomesIn(counts).map(([name, count]) => (
          <Button
            key={name}
            size="xs"
            variant={outcome === name ? 'filled' : 'default'}
            aria-pressed={outcome === name}
            onClick={() =>
              change({ 'filter[status]': outcome === name ? undefined : name, 'page[number]': undefined })
            }
          >
            {outcomeName(name, dry_run)} {count.toLocaleString(language)}
          </Button>
        ))}
      </div>
      <DataTable
        label={t('imports.rows')}
        query={query}
        columns={columns}
        empty={<p className="meta">{t('imports.noRows')}</p>}
      />
    </section>
  )
}

function Why({ row, kind }: { row: Row['attributes']; kind: Kind | undefined }) {
  if (row.status === 'rejected')
    return (
      <>
        {row.column && <strong>{row.column}: </strong>}
        {row.detail}
      </>
    )
  return describeChanges(kind, row.status, row.result) || <span className="meta">–</span>
}
