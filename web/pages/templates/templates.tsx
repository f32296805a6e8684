import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listEmailTemplates } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { type Column, DataTable } from '../../parts/data-table.tsx'
import { Moment } from '../../parts/dates.tsx'
import { PlusIcon } from '../../parts/icons.tsx'
import { Empty, Heading } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t, textOr } from '../../texts/translate.ts'
import { useKinds } from './use-kinds.ts'
import './templates.css'

export const kindName = (kind: string): string => textOr(`email.${kind}`, kind)

/** The e-mails of the system, whose texts a site can change, and those of its automations. */
export function Templates() {
  return (
    <>
      <Heading title={t('templates.title')} lead={t('templates.lead')} />
      <SystemTemplates />
      <AutomationTemplates />
    </>
  )
}

function SystemTemplates() {
  const { subdomain: site } = useCurrentSite()
  const { kinds } = useKinds()
  return (
    <section className="table-card">
      <table className="table">
        <caption className="hidden">{t('templates.system')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('templates.kind')}</th>
            <th scope="col" data-minor="true">
              {t('templates.sent')}
            </th>
            <th scope="col">{t('templates.text')}</th>
          </tr>
        </thead>
        <tbody>
          {kinds
            .filter(({ kind }) => kind !== 'automation')
            .map(({ kind, template_id }) => (
              <tr key={kind}>
                <td>
                  <Link to="/s/$site/templates/$kind" params={{ site, kind }}>
                    {kindName(kind)}
                  </Link>
                </td>
                <td data-minor="true">{textOr(`templates.sent.${kind}`, '')}</td>
                <td>
                  {template_id ? (
                    <State tone="good">{t('templates.own')}</State>
                  ) : (
                    <State tone="plain">{t('templates.default')}</State>
                  )}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  )
}

function AutomationTemplates() {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const may = useMay()
  const query = useQuery(
    listOf('email_templates', listEmailTemplates, {
      'filter[site_id]': siteId,
      'filter[kind]': 'automation',
      'page[size]': 500,
      sort: 'name',
    }),
  )
  type Row = NonNullable<typeof query.data>['data'][number]
  const columns: Column<Row>[] = [
    {
      title: t('templates.name'),
      cell: ({ id, attributes }) => (
        <Link to="/s/$site/templates/$kind/$id" params={{ site, kind: 'automation', id }}>
          {attributes.name}
        </Link>
      ),
    },
    { title: t('emails.subject'), isMinor: true, cell: ({ attributes }) => attributes.subject },
    { title: t('templates.changed'), cell: ({ attributes }) => <Moment at={attributes.updated_at} /> },
  ]
  const add = may('manage:emails') && (
    <Button
      size="xs"
      leftSection={<PlusIcon size={14} />}
      renderRoot={(props) => (
        <Link to="/s/$site/templates/$kind/$id" params={{ site, kind: 'automation', id: 'new' }} {...props} />
      )}
    >
      {t('templates.add')}
    </Button>
  )
  const isNone = query.data?.data.length === 0
  return (
    <section className="templates-own">
      <div className="card-head">
        <h2>{t('templates.ofAutomations')}</h2>
        {!isNone && add}
      </div>
      <DataTable
        label={t('templates.ofAutomations')}
        query={query}
        columns={columns}
        empty={
          <div className="card">
            <Empty text={t('templates.empty')} action={add} />
          </div>
        }
      />
    </section>
  )
}
