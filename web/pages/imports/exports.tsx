import { Button, Checkbox, Radio } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { listExportKinds } from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'
import { Code } from '../../parts/code.tsx'
import { DownloadIcon } from '../../parts/icons.tsx'
import { Loading } from '../../parts/loading.tsx'
import { Card, Heading } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useAddress } from '../../parts/search.ts'
import { useSite } from '../../shell/use-site.ts'
import { plural, t, textOr } from '../../texts/translate.ts'
import { DataTabs } from './data-tabs.tsx'
import { type Format, useDownloads } from './use-downloads.ts'
import './imports.css'

/** Everything of the site or of the account, as files. */
export function Exports() {
  const mayExport = useMay()('export:contacts')
  return (
    <>
      <Heading title={t('nav.imports')} lead={t('exports.lead')} />
      <DataTabs />
      {mayExport ? <ExportForm /> : <p>{t('exports.forbidden')}</p>}
    </>
  )
}

function ExportForm() {
  const { site, sites } = useSite()
  const { search, change } = useAddress()
  const format: Format = search.format === 'jsonl' ? 'jsonl' : 'csv'
  const isAccount = search.scope === 'account' && sites.length > 1
  const { data, error, refetch } = useQuery({
    queryKey: ['export_kinds'],
    queryFn: ({ signal }) => listExportKinds({ signal }),
  })
  const [left, setLeft] = useState<string[]>([])
  const downloads = useDownloads()
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data || !site) return <Loading />
  const kinds = data.data.attributes.kinds
    .filter(({ formats }) => formats.includes(format))
    .map(({ kind }) => kind)
  const chosen = kinds.filter((kind) => !left.includes(kind))
  const exported = isAccount ? sites : [site]
  const files = filesOf(
    format,
    chosen,
    exported.map(({ id, attributes }) => ({ id, subdomain: attributes.subdomain })),
    isAccount,
  )
  return (
    <Card title={t('exports.title')}>
      <div className="export-options">
        <Radio.Group
          label={t('exports.format')}
          value={format}
          onChange={(value) => change({ format: value === 'csv' ? undefined : value })}
        >
          <Radio mt={8} value="csv" label={t('exports.csv')} description={t('exports.csvHint')} />
          <Radio mt={8} value="jsonl" label={t('exports.jsonl')} description={t('exports.jsonlHint')} />
        </Radio.Group>
        {sites.length > 1 && (
          <Radio.Group
            label={t('exports.scope')}
            value={isAccount ? 'account' : 'site'}
            onChange={(value) => change({ scope: value === 'site' ? undefined : value })}
          >
            <Radio mt={8} value="site" label={t('exports.site', { site: site.attributes.title })} />
            <Radio mt={8} value="account" label={plural('exports.account', sites.length)} />
          </Radio.Group>
        )}
      </div>
      <fieldset className="plain-fieldset">
        <legend className="hidden">{t('exports.kinds')}</legend>
        <Checkbox
          mt={20}
          label={t('exports.all')}
          checked={chosen.length === kinds.length}
          indeterminate={chosen.length > 0 && chosen.length < kinds.length}
          onChange={({ currentTarget }) => setLeft(currentTarget.checked ? [] : kinds)}
        />
        <div className="export-kinds">
          {kinds.map((kind) => (
            <Checkbox
              key={kind}
              label={textOr(`exports.kind.${kind}`, kind)}
              checked={!left.includes(kind)}
              onChange={({ currentTarget }) =>
                setLeft(currentTarget.checked ? left.filter((one) => one !== kind) : [...left, kind])
              }
            />
          ))}
        </div>
      </fieldset>
      <Button
        leftSection={<DownloadIcon size={16} />}
        disabled={files.length === 0}
        loading={downloads.current !== null}
        onClick={() => void downloads.start(files)}
      >
        {plural('exports.download', files.length)}
      </Button>
      <p className="meta export-progress" role="status">
        {downloads.current !== null && t('exports.reading', { file: downloads.current })}
        {downloads.current === null && downloads.saved > 0 && plural('exports.saved', downloads.saved)}
      </p>
      {downloads.error && <Problem error={downloads.error} />}
      <Code
        label={t('exports.command')}
        code={`npx bestow export my-data${format === 'jsonl' ? ' --format jsonl' : ''}${isAccount || sites.length === 1 ? '' : ` --site ${site.id}`}`}
      />
    </Card>
  )
}

/** CSV files are those of one site; JSON Lines can be those of all. */
function filesOf(
  format: Format,
  kinds: string[],
  sites: { id: string; subdomain: string }[],
  isAccount: boolean,
) {
  if (format === 'jsonl' && isAccount) return kinds.map((kind) => ({ format, kind, name: `${kind}.jsonl` }))
  return sites.flatMap(({ id, subdomain }) =>
    kinds.map((kind) => ({ format, kind, siteId: id, name: `${subdomain}-${kind}.${format}` })),
  )
}
