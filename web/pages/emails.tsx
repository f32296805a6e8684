import { Button, SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { getEmail, listEmails, retryEmail } from '../api/generated.ts'
import { oneOf, refresh } from '../api/queries.ts'
import { useMay } from '../api/session.ts'
import { type Column, countOf, DataTable, PhoneLine, SearchField } from '../parts/data-table.tsx'
import { Moment } from '../parts/dates.tsx'
import { Panel } from '../parts/dialog.tsx'
import { EmailFrame } from '../parts/email-frame.tsx'
import { FilterSelect } from '../parts/filter-select.tsx'
import { attempt, notify } from '../parts/forms.tsx'
import { ReplayIcon } from '../parts/icons.tsx'
import { Empty, Facts, Heading } from '../parts/page.tsx'
import { Problem } from '../parts/problem.tsx'
import { useAddress } from '../parts/search.ts'
import { StateOf } from '../parts/state.tsx'
import { useCurrentSite } from '../shell/use-site.ts'
import { useSiteList } from '../shell/use-site-list.ts'
import { t, textOr } from '../texts/translate.ts'
import '../parts/email-frame.css'

const STATUSES = ['pending', 'sent', 'kept', 'failed', 'cancelled']

/** Of e-mails, in the order in which they are offered as a filter. */
const KINDS = [
  ...[
    'welcome',
    'gift',
    'offer_grant',
    'access_ending',
    'trial_ending',
    'payment_failed',
    'sign_in',
    'password',
  ],
  ...[
    'password_changed',
    'email_change',
    'email_changed',
    'email_removed',
    'form_confirmation',
    'automation',
  ],
  ...['user_invitation', 'user_password', 'hook_disabled', 'template_test'],
]

/** The outbox: what is sent, was sent and could not be sent. */
export function Emails() {
  const { search, change } = useAddress()
  const query = useSiteList('emails', listEmails, { sort: '-id' })
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    { title: t('emails.state'), cell: ({ attributes }) => <StateOf status={attributes.status} /> },
    {
      title: t('emails.subject'),
      cell: ({ id, attributes }) => (
        <>
          <Link to="." search={{ ...search, email: id }}>
            {attributes.subject ?? kindOf(attributes.kind)}
          </Link>
          <PhoneLine>{attributes.to_email}</PhoneLine>
        </>
      ),
    },
    { title: t('emails.to'), isMinor: true, cell: ({ attributes }) => attributes.to_email },
    { title: t('emails.kind'), isMinor: true, cell: ({ attributes }) => kindOf(attributes.kind) },
    { title: t('emails.at'), isMinor: true, cell: ({ attributes }) => <Moment at={attributes.created_at} /> },
  ]
  return (
    <>
      <Heading title={t('emails.title')} lead={countOf('emails.count', query.data)} />
      <div className="toolbar">
        <SearchField parameter="filter[to_email_cont]" label={t('emails.search')} />
        <FilterSelect
          parameter="filter[status]"
          label={t('emails.anyState')}
          options={STATUSES.map((status) => ({ value: status, label: textOr(`status.${status}`, status) }))}
        />
        <FilterSelect
          parameter="filter[kind]"
          label={t('emails.anyKind')}
          options={KINDS.map((kind) => ({ value: kind, label: kindOf(kind) }))}
        />
      </div>
      <DataTable
        label={t('emails.title')}
        query={query}
        columns={columns}
        empty={<Empty text={t('emails.empty')} />}
      />
      {search.email && (
        <EmailPanel id={search.email} onClose={() => change({ email: undefined, show: undefined })} />
      )}
    </>
  )
}

function EmailPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { search, change } = useAddress()
  const { subdomain: site } = useCurrentSite()
  const may = useMay()
  const view = search.show ?? 'html'
  const { data, error } = useQuery(oneOf('emails', getEmail, id))
  const email = data?.data.attributes
  const contactId = data?.data.relationships.contact?.data?.id
  return (
    <Panel onClose={onClose} size="xl" title={email?.subject ?? t('emails.title')}>
      {error && <Problem error={error} />}
      {email && (
        <>
          <Facts
            facts={{
              [t('emails.state')]: <StateOf status={email.status} />,
              [t('emails.to')]:
                contactId && may('view:contacts') ? (
                  <Link to="/s/$site/contacts/$id" params={{ site, id: contactId }}>
                    {recipientOf(email)}
                  </Link>
                ) : (
                  recipientOf(email)
                ),
              [t('emails.kind')]: kindOf(email.kind),
              [t('emails.at')]: <Moment at={email.created_at} />,
              [t('emails.response')]: email.response,
            }}
          />
          {email.status === 'failed' && <Retry id={id} />}
          <SegmentedControl
            my={16}
            value={view}
            onChange={(show) => change({ show: show === 'html' ? undefined : show }, { replace: true })}
            data={[
              { value: 'html', label: t('emails.html') },
              { value: 'text', label: t('emails.text') },
              { value: 'source', label: t('emails.source') },
            ]}
          />
          {view === 'html' && <EmailFrame html={email.html ?? ''} />}
          {view !== 'html' && (
            <pre className="email-source">{(view === 'text' ? email.text : email.html) ?? ''}</pre>
          )}
        </>
      )}
    </Panel>
  )
}

/** Has an e-mail that has failed sent again. */
function Retry({ id }: { id: string }) {
  if (!useMay()('manage:emails')) return null
  return (
    <div className="email-retry">
      <Button
        leftSection={<ReplayIcon size={16} />}
        onClick={() =>
          void attempt(async () => {
            await retryEmail(id)
            await refresh('emails')
            notify(t('emails.retried'))
          })
        }
      >
        {t('emails.retry')}
      </Button>
      <span className="meta">{t('emails.retryHint')}</span>
    </div>
  )
}

const recipientOf = ({ to_name, to_email }: { to_name: string | null; to_email: string | null }) =>
  to_name ? `${to_name} <${to_email ?? ''}>` : (to_email ?? '')

const kindOf = (kind: string): string => textOr(`email.${kind}`, kind)
