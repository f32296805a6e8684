import { Button, Switch } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createAutomation } from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { LeftIcon } from '../../parts/icons.tsx'
import { LeaveGuard } from '../../parts/leave-guard.tsx'
import { Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { Builder } from './builder.tsx'
import { attributesOf } from './draft.ts'
import { draftOfExample } from './examples.ts'
import { TestPanel } from './test-panel.tsx'
import { useAutomationDraft } from './use-automation-draft.ts'

export function NewAutomation() {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const { search } = useAddress()
  const navigate = useNavigate()
  const [enabled, setEnabled] = useState(true)
  const { draft, setDraft, errors, setError, isSaving, isChanged, save } = useAutomationDraft(() =>
    draftOfExample(search.example),
  )
  const create = save(async () => {
    const { data } = await createAutomation({
      data: {
        type: 'automations',
        attributes: { ...attributesOf(draft), enabled },
        relationships: { site: { data: { type: 'sites', id: siteId } } },
      },
    } as never)
    await refresh('automations')
    await navigate({ to: '/s/$site/automations/$id', params: { site, id: data.id }, ignoreBlocker: true })
  })
  return (
    <form onSubmit={create} noValidate>
      <LeaveGuard isActive={isChanged} text={t('leave.unsaved')} />
      <Heading
        back={
          <Link to="/s/$site/automations" params={{ site }}>
            <LeftIcon size={16} />
            {t('automations.title')}
          </Link>
        }
        title={t('automations.add')}
        actions={
          <>
            <Switch
              className="heading-switch"
              label={t('automations.state')}
              checked={enabled}
              onChange={({ currentTarget }) => setEnabled(currentTarget.checked)}
            />
            <Button type="submit" loading={isSaving}>
              {t('automations.create')}
            </Button>
          </>
        }
      />
      <div className="columns">
        <Builder draft={draft} errors={errors} onChange={setDraft} />
        <TestPanel draft={draft} isEnabled={enabled} onError={setError} />
      </div>
    </form>
  )
}
