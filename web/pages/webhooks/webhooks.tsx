import { Button, Menu, Select, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import {
  createHook,
  listHooks,
  NewHookDataAttributesEvent,
  testHook,
  updateHook,
} from '../../api/generated.ts'
import { refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Code, curl } from '../../parts/code.tsx'
import { type Column, countOf, DataTable, isEmpty } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { hookEventName } from '../../parts/effect-values.ts'
import { attempt, FormDialog, notify } from '../../parts/forms.tsx'
import { PauseIcon, PlayIcon, PlusIcon, ReplayIcon, RotateIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { SecretDialog } from '../../parts/secret.tsx'
import { Enabled, State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t, textOr } from '../../texts/translate.ts'
import { DeleteHook, ReplayMissed, RotateHook } from './hook-dialogs.tsx'

export function Webhooks() {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const [secret, setSecret] = useState<string | null>(null)
  const query = useSiteList('hooks', listHooks)
  type Row = NonNullable<typeof query.data>['data'][number]
  const act = (action: (id: string) => Promise<unknown>, done: string) => async (id: string) => {
    await attempt(async () => {
      await action(id)
      await refresh('hooks', 'webhook_deliveries')
      notify(done)
    })
  }
  const enable = (enabled: boolean) => (id: string) =>
    updateHook(id, { data: { type: 'hooks', id, attributes: { enabled } } })
  const actions = ({ id, attributes: { enabled, target_url } }: Row) => (
    <MoreMenu label={t('webhooks.actionsOf', { url: target_url })} isInRow width={220}>
      <Menu.Item
        leftSection={<PlayIcon size={16} />}
        onClick={() => void act(testHook, t('webhooks.tested'))(id)}
      >
        {t('webhooks.test')}
      </Menu.Item>
      <Menu.Item
        leftSection={<RotateIcon size={16} />}
        onClick={() => change({ dialog: 'rotate', hook: id })}
      >
        {t('webhooks.rotate')}
      </Menu.Item>
      <Menu.Item
        leftSection={enabled ? <PauseIcon size={16} /> : <PlayIcon size={16} />}
        onClick={() =>
          void act(enable(!enabled), enabled ? t('webhooks.disabled') : t('webhooks.enabled'))(id)
        }
      >
        {enabled ? t('webhooks.disable') : t('webhooks.enable')}
      </Menu.Item>
      <Menu.Item
        leftSection={<ReplayIcon size={16} />}
        onClick={() => change({ dialog: 'replay', hook: id })}
      >
        {t('webhooks.replay')}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Item leftSection={<TrashIcon size={16} />} onClick={() => change({ dialog: 'delete', hook: id })}>
        {t('delete')}
      </Menu.Item>
    </MoreMenu>
  )
  const columns: Column<Row>[] = [
    {
      title: t('webhooks.url'),
      cell: ({ id, attributes }) => (
        <Link to="/s/$site/deliveries" params={{ site }} search={{ 'filter[hook_id]': id }}>
          {attributes.target_url}
        </Link>
      ),
    },
    { title: t('webhooks.event'), cell: ({ attributes }) => hookEventName(attributes.event) },
    {
      title: t('webhooks.state'),
      cell: ({ attributes }) => <HookState hook={attributes} />,
    },
    {
      title: t('actions'),
      isFigure: true,
      cell: (row) => may('manage:hooks') && actions(row),
    },
  ]
  const close = () => change({ dialog: undefined, hook: undefined })
  const chosen = query.data?.data.find(({ id }) => id === search.hook)
  const add = may('manage:hooks') && (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => change({ dialog: 'new' })}>
      {t('webhooks.add')}
    </Button>
  )
  return (
    <>
      <Heading
        title={t('webhooks.title')}
        lead={countOf('webhooks.count', query.data)}
        actions={isEmpty(query.data, search) ? null : add}
      />
      <DataTable
        label={t('webhooks.title')}
        query={query}
        columns={columns}
        empty={
          <Empty text={t('webhooks.empty')} action={add}>
            <Code
              label={t('code.request')}
              code={curl('POST', '/v1/hooks', {
                data: {
                  type: 'hooks',
                  attributes: { event: 'offer_granted', target_url: 'https://example.com/webhooks' },
                },
              })}
            />
          </Empty>
        }
      />
      {search.dialog === 'new' && (
        <NewHook
          onClose={close}
          onCreated={(fresh) => {
            close()
            setSecret(fresh)
          }}
        />
      )}
      {search.dialog === 'rotate' && chosen && (
        <RotateHook hook={chosen} onClose={close} onSecret={setSecret} />
      )}
      {search.dialog === 'replay' && chosen && <ReplayMissed hook={chosen} onClose={close} />}
      {search.dialog === 'delete' && chosen && <DeleteHook hook={chosen} onClose={close} />}
      {secret && (
        <SecretDialog
          title={t('webhooks.secret')}
          text={t('webhooks.secretText')}
          secrets={[[t('webhooks.secret'), secret]]}
          onClose={() => setSecret(null)}
        />
      )}
    </>
  )
}

interface StateOfHook {
  enabled: boolean
  disabled_at: string | null
  disabled_reason: string | null
  failing_since: string | null
}

/** Whether it is called and, if not, why and since when. */
function HookState({
  hook: { enabled, disabled_at, disabled_reason, failing_since },
}: {
  hook: StateOfHook
}) {
  const since = enabled ? failing_since : disabled_at
  return (
    <>
      {enabled && failing_since ? (
        <State tone="bad">{t('webhooks.failing')}</State>
      ) : (
        <Enabled isEnabled={enabled} />
      )}
      {since && (
        <div className="meta">
          {!enabled && `${textOr(`webhooks.reason.${disabled_reason}`, '')}, `}
          <Moment at={since} />
        </div>
      )}
    </>
  )
}

type HookEvent = (typeof EVENTS)[number]

const EVENTS = Object.values(NewHookDataAttributesEvent)

function NewHook({ onClose, onCreated }: { onClose: () => void; onCreated: (secret: string) => void }) {
  const { id: siteId } = useCurrentSite()
  const [url, setUrl] = useState('')
  const [event, setEvent] = useState<HookEvent | null>(null)
  return (
    <FormDialog
      title={t('webhooks.add')}
      fields={['target_url', 'event']}
      submitLabel={t('webhooks.create')}
      onClose={onClose}
      onSubmit={async () => {
        const { data } = await createHook({
          data: {
            type: 'hooks',
            attributes: { event: event!, target_url: url },
            relationships: { site: { data: { type: 'sites', id: siteId } } },
          },
        } as never)
        await refresh('hooks')
        onCreated((data.attributes as { secret?: string }).secret ?? '')
      }}
    >
      {(errors) => (
        <>
          <TextInput
            label={t('webhooks.url')}
            type="url"
            placeholder="https://example.com/webhooks"
            data-autofocus
            value={url}
            error={errors.target_url}
            onChange={({ currentTarget }) => setUrl(currentTarget.value)}
          />
          <Select
            label={t('webhooks.event')}
            searchable
            data={EVENTS.map((name) => ({ value: name, label: hookEventName(name) }))}
            value={event}
            error={errors.event}
            onChange={(value) => setEvent(value as typeof event)}
          />
        </>
      )}
    </FormDialog>
  )
}
