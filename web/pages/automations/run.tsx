import { Button } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { findIncluded } from '../../api/documents.ts'
import { cancelAutomationRun, getAutomationRun, retryAutomationRun } from '../../api/generated.ts'
import { oneOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { attempt } from '../../parts/forms.tsx'
import { LeftIcon, ReplayIcon, StopIcon } from '../../parts/icons.tsx'
import { Card, Facts, Heading } from '../../parts/page.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { RunState } from './run-state.tsx'
import { RunSteps } from './run-steps.tsx'

const RETRIABLE = ['failed', 'cancelled', 'retry']

/** A run for one contact: what is done, what comes next, and why it ended. */
export function RunPage() {
  const { id, run: runId } = useParams({ strict: false }) as { id: string; run: string }
  const { subdomain: site } = useCurrentSite()
  const may = useMay()
  const { data: document } = useSuspenseQuery(
    oneOf('automation_runs', getAutomationRun, runId, { include: 'contact,automation' }),
  )
  const { attributes: run, relationships } = document.data
  const contact = findIncluded(document, relationships.contact?.data)
  const automation = findIncluded(document, relationships.automation?.data)
  const act = (action: (id: string) => Promise<unknown>) => async () => {
    await attempt(() => action(runId))
    await refresh('automation_runs')
  }
  return (
    <>
      <Heading
        back={
          <Link to="/s/$site/automations/$id/runs" params={{ site, id }}>
            <LeftIcon size={16} />
            {t('runs.title')}
          </Link>
        }
        title={String(automation?.attributes.name ?? t('runs.one', { id: runId }))}
        state={<RunState {...run} />}
        lead={
          contact && (
            <Link to="/s/$site/contacts/$id" params={{ site, id: contact.id }}>
              {String(contact.attributes.name || contact.attributes.email)}
            </Link>
          )
        }
        actions={
          may('manage:automations') && (
            <>
              {run.status === 'active' && (
                <Button
                  variant="default"
                  leftSection={<StopIcon size={16} />}
                  onClick={() => void act(cancelAutomationRun)()}
                >
                  {t('runs.cancel')}
                </Button>
              )}
              {RETRIABLE.includes(run.reason ?? '') && (
                <Button leftSection={<ReplayIcon size={16} />} onClick={() => void act(retryAutomationRun)()}>
                  {t('runs.retry')}
                </Button>
              )}
            </>
          )
        }
      />
      <div className="columns">
        <Card title={t('runs.steps')}>
          <RunSteps automationId={id} run={run} />
        </Card>
        <Card title={t('runs.facts')}>
          <Facts
            facts={{
              [t('contact.id')]: <code>{runId}</code>,
              [t('runs.followed')]: t('automations.version', { version: run.version }),
              [t('runs.began')]: <Moment at={run.created_at} />,
              [t('runs.ended')]: <Moment at={run.ended_at} />,
              [t('runs.next')]: <Moment at={run.due_at} />,
              [t('runs.event')]: <code>{run.event_id}</code>,
              [t('runs.attempts')]: run.attempts || null,
              [t('runs.error')]: run.error,
            }}
          />
        </Card>
      </div>
    </>
  )
}
