import { Drawer, SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { getEmail, listEmails } from '../api/generated.ts'
import { oneOf } from '../api/queries.ts'
import { type Column, countOf, DataTable, FilterChips } from '../parts/data-table.tsx'
import { Moment } from '../parts/dates.tsx'
import { EmailFrame } from '../parts/email-frame.tsx'
import { Empty, Facts, Heading } from '../parts/page.tsx'
import { Problem } from '../parts/problem.tsx'
import { useAddress } from '../parts/search.ts'
import { StateOf } from '../parts/state.tsx'
import { useSiteList } from '../shell/use-site-list.ts'
import { t, textOr } from '../texts/translate.ts'
import '../parts/email-frame.css'

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
        <Link to="." search={{ ...search, email: id }}>
          {attributes.subject ?? kindOf(attributes.kind)}
        </Link>
      ),
    },
    { title: t('emails.to'), cell: ({ attributes }) => attributes.to_email },
    { title: t('emails.kind'), isMinor: true, cell: ({ attributes }) => kindOf(attributes.kind) },
    { title: t('emails.at'), isMinor: true, cell: ({ attributes }) => <Moment at={attributes.created_at} /> },
  ]
  return (
    <>
      <Heading title={t('emails.title')} lead={countOf('emails.count', query.data)} />
      <div className="toolbar">
        <FilterChips
          labels={{
            'filter[status]': (status) => textOr(`status.${status}`, status),
            'filter[kind]': kindOf,
          }}
        />
      </div>
      <DataTable
        label={t('emails.title')}
        query={query}
        columns={columns}
        empty={<Empty text={t('emails.empty')} />}
      />
      {search.email && <EmailPanel id={search.email} onClose={() => change({ email: undefined })} />}
    </>
  )
}

type View = 'html' | 'text' | 'source'

function EmailPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const [view, setView] = useState<View>('html')
  const { data, error } = useQuery(oneOf('emails', getEmail, id))
  const email = data?.data.attributes
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size="xl"
      title={email?.subject ?? t('emails.title')}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      {error && <Problem error={error} />}
      {email && (
        <>
          <Facts
            facts={{
              [t('emails.state')]: <StateOf status={email.status} />,
              [t('emails.to')]: `${email.to_name ?? ''} <${email.to_email ?? ''}>`,
              [t('emails.kind')]: kindOf(email.kind),
              [t('emails.at')]: <Moment at={email.created_at} />,
              [t('emails.response')]: email.response,
            }}
          />
          <SegmentedControl
            my={16}
            value={view}
            onChange={(value) => setView(value as View)}
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
    </Drawer>
  )
}

const kindOf = (kind: string): string => textOr(`email.${kind}`, kind)
