import { Button, Menu } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { deleteContact, getContact } from '../../api/generated.ts'
import { oneOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Moment } from '../../parts/dates.tsx'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { LeftIcon, OfferIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { Card, Facts, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { Access } from './access.tsx'
import { GrantDialog } from './grant-dialog.tsx'
import { Notes } from './notes.tsx'
import { Tags } from './tags.tsx'
import { Timeline } from './timeline.tsx'

export function ContactPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const { data: document } = useSuspenseQuery(oneOf('contacts', getContact, id, { include: 'tags' }))
  const { attributes: contact, relationships } = document.data
  const close = () => change({ dialog: undefined, grant: undefined })
  return (
    <>
      <Heading
        back={
          <Link to="/s/$site/contacts" params={{ site }}>
            <LeftIcon size={16} />
            {t('contacts.title')}
          </Link>
        }
        title={contact.name || contact.email}
        state={
          relationships.customer?.data ? <State tone="good">{t('contacts.isCustomer')}</State> : undefined
        }
        lead={contact.name ? contact.email : undefined}
        actions={
          <>
            {may('manage:contacts') && (
              <Button leftSection={<OfferIcon size={16} />} onClick={() => change({ dialog: 'grant' })}>
                {t('contact.grant')}
              </Button>
            )}
            {may('manage:contacts') && <More onDelete={() => change({ dialog: 'delete' })} />}
          </>
        }
      />
      <div className="columns">
        <div>
          <Access contactId={id} />
          <Timeline contactId={id} />
        </div>
        <div>
          <Card title={t('contact.facts')}>
            <Facts
              facts={{
                [t('contact.id')]: <code>{id}</code>,
                [t('contacts.email')]: contact.email,
                [t('contact.phone')]: contact.phone_number,
                [t('contact.subscribed')]: contact.subscribed ? t('yes') : t('no'),
                [t('contact.externalId')]: contact.external_user_id,
                [t('contacts.added')]: <Moment at={contact.created_at} as="day" />,
              }}
            />
          </Card>
          <Tags contactId={id} document={document} />
          <Notes contactId={id} />
        </div>
      </div>
      {search.dialog === 'grant' && <GrantDialog contactId={id} name={contact.name} onClose={close} />}
      {search.dialog === 'delete' && <DeleteDialog id={id} email={contact.email} onClose={close} />}
    </>
  )
}

function More({ onDelete }: { onDelete: () => void }) {
  return (
    <MoreMenu label={t('contact.more')}>
      <Menu.Item leftSection={<TrashIcon size={16} />} onClick={onDelete}>
        {t('contact.delete')}
      </Menu.Item>
    </MoreMenu>
  )
}

function DeleteDialog({ id, email, onClose }: { id: string; email: string; onClose: () => void }) {
  const { subdomain: site } = useCurrentSite()
  const navigate = useNavigate()
  return (
    <FormDialog
      title={t('contact.deleteTitle', { email })}
      fields={[]}
      submitLabel={t('contact.delete')}
      isDangerous
      onClose={onClose}
      onSubmit={async () => {
        await deleteContact(id)
        await navigate({ to: '/s/$site/contacts', params: { site } })
        await refresh('contacts', 'customers', 'grants')
        notify(t('contact.deleted', { email }))
      }}
    >
      {() => <p>{t('contact.deleteText')}</p>}
    </FormDialog>
  )
}
