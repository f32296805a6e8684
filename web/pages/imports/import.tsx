import { Button } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { cancelImport, dryRunImport, getImport, startImport } from '../../api/generated.ts'
import { oneOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { attempt } from '../../parts/forms.tsx'
import { LeftIcon } from '../../parts/icons.tsx'
import { Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { StateOf } from '../../parts/state.tsx'
import { TabLinks } from '../../parts/tab-links.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { Columns, missingFields } from './columns.tsx'
import {
  isOpen,
  isRunning,
  isTried,
  type Kind,
  type ShownImport,
  useKinds,
  useMayImport,
  WHILE_RUNNING_MS,
} from './import-data.ts'
import { NewImport } from './new-import.tsx'
import { RunningImport } from './progress.tsx'
import { Result } from './result.tsx'
import { Rows } from './rows.tsx'
import { StartDialog } from './start-dialog.tsx'
import { kindName, stateOf } from './words.ts'
import './imports.css'

/** An import from its columns to its result: what there is to do next follows from its state. */
export function ImportPage() {
  const { id, tab } = useParams({ strict: false }) as { id: string; tab?: string }
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const mayImport = useMayImport()
  const { data: document } = useSuspenseQuery({
    ...oneOf('imports', getImport, id),
    refetchInterval: ({ state }) => (state.data && isRunning(state.data.data) ? WHILE_RUNNING_MS : false),
  })
  const shown: ShownImport = document.data
  const kind = useKinds()?.find((one) => one.kind === shown.attributes.kind)
  const hasResult = shown.attributes.status !== 'ready'
  const close = () => change({ dialog: undefined })
  return (
    <>
      <Heading
        back={
          <Link to="/s/$site/imports" params={{ site }}>
            <LeftIcon size={16} />
            {t('imports.imports')}
          </Link>
        }
        title={shown.attributes.file_name}
        state={<StateOf status={stateOf(shown)} />}
        lead={
          <>
            {kindName(shown.attributes.kind)} · <Moment at={shown.attributes.created_at} />
          </>
        }
        actions={<Actions shown={shown} kind={kind} />}
      />
      {hasResult && (
        <TabLinks
          label={shown.attributes.file_name}
          tabs={[
            { key: 'result', label: t('imports.result'), to: '/s/$site/imports/$id', params: { site, id } },
            {
              key: 'columns',
              label: t('imports.columns'),
              to: '/s/$site/imports/$id/$tab',
              params: { site, id, tab: 'columns' },
            },
          ]}
        />
      )}
      {hasResult && tab !== 'columns' ? (
        <>
          {isRunning(shown) ? <RunningImport shown={shown} /> : <Result shown={shown} />}
          <Rows shown={shown} kind={kind} />
        </>
      ) : (
        <Columns shown={shown} kind={kind} canChange={isOpen(shown) && mayImport(kind)} />
      )}
      {search.dialog === 'start' && isOpen(shown) && <StartDialog shown={shown} onClose={close} />}
      {search.dialog === 'corrected' && kind && <NewImport kinds={[kind]} like={shown} onClose={close} />}
    </>
  )
}

/** What can be done with the import now; the primary act leads on. */
function Actions({ shown, kind }: { shown: ShownImport; kind: Kind | undefined }) {
  const { subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  const { change } = useAddress()
  const may = useMay()
  const mayImport = useMayImport()(kind)
  const { id, attributes } = shown
  const run = (request: (id: string) => Promise<unknown>) =>
    void attempt(async () => {
      await request(id)
      await refresh('imports')
    })
  if (isRunning(shown))
    return (
      may('manage:imports') && (
        <Button variant="default" onClick={() => run(cancelImport)}>
          {t('imports.cancel')}
        </Button>
      )
    )
  if (!mayImport) return null
  if (isOpen(shown)) {
    const canStart = missingFields(shown, kind).length === 0
    const isChecked = isTried(shown)
    return (
      <>
        <Button
          variant={isChecked ? 'default' : 'filled'}
          disabled={!canStart}
          onClick={() => {
            run(dryRunImport)
            void navigate({ to: '/s/$site/imports/$id', params: { site, id } })
          }}
        >
          {t(attributes.status === 'ready' ? 'imports.try' : 'imports.tryAgain')}
        </Button>
        <Button
          variant={isChecked ? 'filled' : 'default'}
          disabled={!canStart}
          onClick={() => change({ dialog: 'start' })}
        >
          {t('imports.start')}
        </Button>
      </>
    )
  }
  if (attributes.status === 'cancelled')
    return <Button onClick={() => run(startImport)}>{t('imports.continue')}</Button>
  return (
    attributes.rejected > 0 && (
      <Button variant="default" onClick={() => change({ dialog: 'corrected' })}>
        {t('imports.corrected')}
      </Button>
    )
  )
}
