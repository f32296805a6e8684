import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { listFormSubmissions } from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'
import { type Column, countOf, DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Empty, Facts } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { useSiteList } from '../../shell/use-site-list.ts'
import { t, textOr } from '../../texts/translate.ts'
import { useFieldTitles } from './use-field-titles.ts'

/** What people have entered, the latest first. */
export function Submissions() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { search, change } = useAddress()
  const query = useSiteList('form_submissions', listFormSubmissions, {
    'filter[form_id]': id,
    sort: '-created_at',
  })
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    {
      title: t('contacts.email'),
      cell: ({ id: submission, attributes }) => (
        <Link to="." search={((previous: object) => ({ ...previous, submission })) as never}>
          {attributes.email}
        </Link>
      ),
    },
    { title: t('contacts.name'), isMinor: true, cell: ({ attributes }) => attributes.name },
    {
      title: t('products.status'),
      cell: ({ attributes }) => <Status status={attributes.status} />,
    },
    {
      title: t('forms.at'),
      isMinor: true,
      cell: ({ attributes }) => <Moment at={attributes.created_at} />,
    },
  ]
  const chosen = query.data?.data.find((one) => one.id === search.submission)
  return (
    <>
      <p className="meta">{countOf('forms.submitted', query.data)}</p>
      <DataTable
        label={t('forms.submissions')}
        query={query}
        columns={columns}
        empty={<Empty text={t('forms.noSubmissions')} />}
      />
      {chosen && (
        <Dialog onClose={() => change({ submission: undefined })} title={chosen.attributes.email}>
          <Answers attributes={chosen.attributes} />
        </Dialog>
      )}
    </>
  )
}

function Status({ status }: { status: string }) {
  return (
    <State tone={status === 'accepted' ? 'good' : 'warn'}>{textOr(`submission.${status}`, status)}</State>
  )
}

interface Submitted {
  status: string
  contact_id: string | null
  confirmed_at: string | null
  created_at: string
}

/** Everything that was entered, and what became of it. */
function Answers({ attributes }: { attributes: Submitted & Record<string, unknown> }) {
  const { subdomain: site } = useCurrentSite()
  const may = useMay()
  const titles = useFieldTitles()
  const { status, contact_id, confirmed_at, created_at, ...answers } = attributes
  const given = Object.entries(answers).filter(([, value]) => value !== null && value !== '')
  const facts: Record<string, ReactNode> = {
    ...Object.fromEntries(given.map(([handle, value]) => [titles.text(handle), String(value)])),
    [t('products.status')]: <Status status={status} />,
    [t('forms.at')]: <Moment at={created_at} />,
  }
  if (confirmed_at) facts[t('forms.confirmedAt')] = <Moment at={confirmed_at} />
  if (contact_id && may('view:contacts'))
    facts[t('activity.whom')] = (
      <Link to="/s/$site/contacts/$id" params={{ site, id: contact_id }}>
        {t('forms.seeContact')}
      </Link>
    )
  return <Facts facts={facts} />
}
