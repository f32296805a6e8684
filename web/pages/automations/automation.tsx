import { Button, Menu, Switch } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { getAutomation, updateAutomation } from '../../api/generated.ts'
import { oneOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { notify } from '../../parts/forms.tsx'
import { LeftIcon, TrashIcon } from '../../parts/icons.tsx'
import { LeaveGuard } from '../../parts/leave-guard.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { Enabled } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t } from '../../texts/translate.ts'
import { enable } from './automations.tsx'
import { Builder } from './builder.tsx'
import { Definition } from './definition.tsx'
import { DeleteDialog } from './delete-dialog.tsx'
import { changesOf, draftOf } from './draft.ts'
import { TestPanel } from './test-panel.tsx'
import { useAutomationDraft } from './use-automation-draft.ts'
import { useVersions, Versions } from './versions.tsx'
import { WhyNot } from './why-not.tsx'

export function AutomationPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { data: document } = useSuspenseQuery(oneOf('automations', getAutomation, id))
  const { version } = document.data.attributes
  // Another version begins with another draft: it may have been saved elsewhere.
  return <Editor key={`${id} ${version}`} id={id} />
}

function Editor({ id }: { id: string }) {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const { data: document } = useSuspenseQuery(oneOf('automations', getAutomation, id))
  const { attributes: automation } = document.data
  const { draft, setDraft, errors, setError, isSaving, isChanged, save } = useAutomationDraft(() =>
    draftOf(automation),
  )
  const versions = useVersions(id)
  const staying = versions?.[0]?.active_runs ?? 0
  const saved = draftOf(automation)
  const submit = save(async () => {
    const attributes = changesOf(draft, saved)
    await updateAutomation(id, { data: { type: 'automations', id, attributes } } as never)
    await refresh('automations', 'automation_versions')
    notify(
      staying > 0
        ? plural('automations.savedStay', staying, { version: automation.version })
        : t('automations.saved'),
    )
  })
  const isNewVersion = Object.keys(changesOf(draft, saved)).some((name) => name !== 'name')
  const mayManage = may('manage:automations')
  return (
    <>
      <form onSubmit={submit} noValidate>
        <LeaveGuard isActive={isChanged} text={t('leave.unsaved')} />
        <Heading
          back={
            <Link to="/s/$site/automations" params={{ site }}>
              <LeftIcon size={16} />
              {t('automations.title')}
            </Link>
          }
          title={automation.name}
          state={mayManage ? undefined : <Enabled isEnabled={automation.enabled} />}
          lead={
            isNewVersion && staying > 0
              ? plural('automations.willStay', staying, { version: automation.version })
              : t('automations.version', { version: automation.version })
          }
          actions={
            <>
              {mayManage && (
                <Switch
                  className="heading-switch"
                  label={t('automations.state')}
                  checked={automation.enabled}
                  onChange={({ currentTarget }) => void enable(id, currentTarget.checked)}
                />
              )}
              <Button
                variant="default"
                renderRoot={(props) => (
                  <Link to="/s/$site/automations/$id/runs" params={{ site, id }} {...props} />
                )}
              >
                {t('runs.title')}
              </Button>
              {mayManage && (
                <>
                  <Button type="submit" loading={isSaving} disabled={!isChanged}>
                    {t('save')}
                  </Button>
                  <MoreMenu label={t('contact.more')}>
                    <Menu.Item
                      leftSection={<TrashIcon size={16} />}
                      onClick={() => change({ dialog: 'delete' })}
                    >
                      {t('delete')}
                    </Menu.Item>
                  </MoreMenu>
                </>
              )}
            </>
          }
        />
        <div className="columns">
          {mayManage ? (
            <Builder draft={draft} errors={errors} onChange={setDraft} />
          ) : (
            <Definition {...automation} />
          )}
          <div>
            {mayManage && <TestPanel draft={draft} isEnabled={automation.enabled} onError={setError} />}
            <WhyNot automationId={id} />
            {versions && <Versions versions={versions} />}
          </div>
        </div>
      </form>
      {/* Not within the form: what it submits would reach that, too. */}
      {search.dialog === 'delete' && (
        <DeleteDialog id={id} name={automation.name} onClose={() => change({ dialog: undefined })} />
      )}
    </>
  )
}
