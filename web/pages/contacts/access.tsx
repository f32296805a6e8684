import { Button, Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { now } from '../../api/clock.ts'
import { type Complete, findIncluded } from '../../api/documents.ts'
import { type Grant, getGrant, listGrants, removeOffersFromContact } from '../../api/generated.ts'
import { listOf, oneOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { Actor } from '../../parts/events.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { ActivityIcon, EditIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { onDemand } from '../../parts/on-demand.tsx'
import { Card } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { language, t, textOr } from '../../texts/translate.ts'
import { AccessByPurchases, useActivePurchases } from './access-by-purchases.tsx'
import { accessState, isOpen } from './access-state.ts'
import { Effects, useDryRun } from './dry-run.tsx'
import './access.css'

const GrantTimeline = onDemand(async () => (await import('./grant-timeline.tsx')).GrantTimeline)
const PeriodDialog = onDemand(async () => (await import('./period-dialog.tsx')).PeriodDialog)

type GrantRow = Complete<Grant>

/** More than anybody holds at once: of an offer there is one live grant. */
const MOST_LIVE = 500
/** How many ended grants are read at a time, of which there can be thousands. */
const ENDED_AT_A_TIME = 25

/** The grants of a contact, live or ended, newest first. */
function useGrants(contactId: string, isLive: boolean, size: number) {
  const { id: siteId } = useCurrentSite()
  return useQuery(
    listOf('grants', listGrants, {
      'filter[site_id]': siteId,
      'filter[contact_id]': contactId,
      'filter[revoked_at_null]': String(isLive),
      include: 'offer',
      sort: '-created_at',
      'page[size]': size,
    }),
  )
}

/** The grant of the address, wherever it is listed. */
function useChosenGrant(): { grant: GrantRow; title: string } | undefined {
  const { grant: id = '' } = useAddress().search
  const { data } = useQuery({
    ...oneOf('grants', getGrant, id, { include: 'offer' }),
    enabled: id !== '',
  })
  return id !== '' && data ? { grant: data.data, title: titleOf(data.data, data) } : undefined
}

const titleOf = (grant: GrantRow, document: { included?: unknown[] } | undefined): string =>
  String(findIncluded(document, grant.relationships.offer?.data)?.attributes.title ?? '')

/** What the contact may use now, why, and until when; below it what has ended. */
export function Access({ contactId }: { contactId: string }) {
  const [endedSize, setEndedSize] = useState(ENDED_AT_A_TIME)
  const { data: live, error, refetch } = useGrants(contactId, true, MOST_LIVE)
  const { data: past } = useGrants(contactId, false, endedSize)
  const bought = useActivePurchases(contactId)
  const { search, change } = useAddress()
  const chosen = useChosenGrant()
  const close = () => change({ dialog: undefined, panel: undefined, grant: undefined })
  if (error) return <Problem error={error} retry={() => void refetch()} />
  const time = now()
  const open = live?.data.filter((grant) => isOpen(grant.attributes, time)) ?? []
  // Those whose time has just come are ended soon by the server.
  const ending = live?.data.filter((grant) => !isOpen(grant.attributes, time)) ?? []
  const ended = [...ending, ...(past?.data ?? [])]
  const endedCount = ending.length + (past?.meta.total_count ?? 0)
  const list = (rows: GrantRow[]) => (
    <ul className="access">
      {rows.map((grant) => (
        <AccessRow
          key={grant.id}
          grant={grant}
          title={titleOf(grant, live) || titleOf(grant, past)}
          time={time}
        />
      ))}
    </ul>
  )
  return (
    <Card title={t('access.title')}>
      {live && open.length === 0 && !bought?.data.length && <p className="meta">{t('access.none')}</p>}
      {list(open)}
      {bought && <AccessByPurchases purchases={bought} time={time} />}
      {ended.length > 0 && (
        <details className="ended">
          <summary>{t('access.ended', { n: endedCount.toLocaleString(language) })}</summary>
          {list(ended)}
          {ended.length < endedCount && endedSize < MOST_LIVE && (
            <Button
              variant="default"
              size="xs"
              mb={8}
              onClick={() => setEndedSize(endedSize === ENDED_AT_A_TIME ? 4 * ENDED_AT_A_TIME : MOST_LIVE)}
            >
              {t('access.moreEnded')}
            </Button>
          )}
        </details>
      )}
      {chosen && search.dialog === 'revoke' && (
        <RevokeDialog
          contactId={contactId}
          offerId={chosen.grant.relationships.offer!.data!.id}
          title={chosen.title}
          onClose={close}
        />
      )}
      {chosen && search.dialog === 'period' && (
        <PeriodDialog
          grantId={chosen.grant.id}
          title={chosen.title}
          expiresAt={chosen.grant.attributes.expires_at}
          onClose={close}
        />
      )}
      {chosen && search.panel === 'timeline' && (
        <GrantTimeline grantId={chosen.grant.id} title={chosen.title} onClose={close} />
      )}
    </Card>
  )
}

function AccessRow({
  grant: { id, attributes, relationships },
  title,
  time,
}: {
  grant: GrantRow
  title: string
  time: number
}) {
  const { change } = useAddress()
  const may = useMay()
  const { subdomain: site } = useCurrentSite()
  const { state, tone, at, as } = accessState(attributes, time)
  return (
    <li>
      <div className="access-what">
        <Link to="/s/$site/offers/$id" params={{ site, id: relationships.offer!.data!.id }}>
          {title}
        </Link>
        <span className="meta">
          {textOr(`source.${attributes.source}`, attributes.source)}, <Actor actor={attributes.granted_by} />
        </span>
      </div>
      <div className="access-state">
        <State tone={tone}>{t(`access.${state}`)}</State>
        {at && <Moment at={at} as={as} />}
      </div>
      <div className="access-actions">
        {isOpen(attributes, time) && may('manage:contacts') && (
          <Button
            variant="default"
            size="xs"
            onClick={() => change({ dialog: 'revoke', grant: id })}
            aria-label={t('access.revokeOf', { title })}
          >
            {t('access.revoke')}
          </Button>
        )}
        <MoreMenu label={t('access.actionsOf', { title })} isInRow width={200}>
          <Menu.Item
            leftSection={<ActivityIcon size={16} />}
            onClick={() => change({ panel: 'timeline', grant: id })}
          >
            {t('access.timeline')}
          </Menu.Item>
          {isOpen(attributes, time) && may('manage:grants') && (
            <Menu.Item
              leftSection={<EditIcon size={16} />}
              onClick={() => change({ dialog: 'period', grant: id })}
            >
              {t('access.change')}
            </Menu.Item>
          )}
        </MoreMenu>
      </div>
    </li>
  )
}

function RevokeDialog({
  contactId,
  offerId,
  title,
  onClose,
}: {
  contactId: string
  offerId: string
  title: string
  onClose: () => void
}) {
  const body = { data: [{ type: 'offers' as const, id: offerId }] }
  const dryRun = useDryRun('revoke', contactId, body)
  return (
    <FormDialog
      title={t('access.revokeTitle', { title })}
      fields={[]}
      submitLabel={t('access.revokeSubmit', { title })}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        await removeOffersFromContact(contactId, body)
        await refresh('grants', 'contacts', 'customers', 'events')
        onClose()
        notify(t('access.revokedNotice', { title }))
      }}
    >
      {() => (
        <>
          <p>{t('access.revokeText')}</p>
          <Effects query={dryRun} />
        </>
      )}
    </FormDialog>
  )
}
