import { Button } from '@mantine/core'
import { useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { getContact } from '../../api/generated.ts'
import { oneOf } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { LeftIcon, OfferIcon } from '../../parts/icons.tsx'
import { onDemand } from '../../parts/on-demand.tsx'
import { Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { Together } from '../../parts/together.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { Access } from './access.tsx'
import { WITH_TAGS } from './columns.tsx'
import { ContactActions, DeleteDialog, WelcomeDialog } from './contact-actions.tsx'
import { Courses } from './courses.tsx'
import { Notes } from './notes.tsx'
import { Profile } from './profile.tsx'
import { Sales } from './sales.tsx'
import { Tags } from './tags.tsx'
import { Timeline } from './timeline.tsx'

const EditDialog = onDemand(async () => (await import('./edit-dialog.tsx')).EditDialog)
const GrantDialog = onDemand(async () => (await import('./grant-dialog.tsx')).GrantDialog)
const MergeDialog = onDemand(async () => (await import('./merge-dialog.tsx')).MergeDialog)
const SignInAsDialog = onDemand(async () => (await import('./sign-in-as-dialog.tsx')).SignInAsDialog)

export function ContactPage() {
  const { id } = useParams({ strict: false }) as { id: string }
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const { data: document } = useSuspenseQuery(oneOf('contacts', getContact, id, WITH_TAGS))
  const { attributes: contact, relationships } = document.data
  const name = contact.name || contact.email
  const isCustomer = Boolean(relationships.customer?.data)
  const close = () => change({ dialog: undefined, offer: undefined, other: undefined })
  return (
    <>
      <Heading
        back={
          <Link to="/s/$site/contacts" params={{ site }}>
            <LeftIcon size={16} />
            {t('contacts.title')}
          </Link>
        }
        title={name}
        state={isCustomer ? <State tone="good">{t('contacts.isCustomer')}</State> : undefined}
        lead={contact.name ? contact.email : undefined}
        actions={
          <>
            {may('manage:contacts') && (
              <Button leftSection={<OfferIcon size={16} />} onClick={() => change({ dialog: 'grant' })}>
                {t('contact.grant')}
              </Button>
            )}
            <ContactActions id={id} isCustomer={isCustomer} />
          </>
        }
      />
      <Together key={id}>
        <div className="columns">
          <div>
            <Access contactId={id} />
            {may('view:purchases') && <Sales contactId={id} name={name} />}
            <Timeline contactId={id} />
          </div>
          <div>
            <Profile id={id} contact={contact} />
            <Tags contactId={id} document={document} />
            <Courses contactId={id} />
            <Notes contactId={id} />
          </div>
        </div>
      </Together>
      {search.dialog === 'grant' && (
        <GrantDialog contactId={id} name={name} offerId={search.offer} onClose={close} />
      )}
      {search.dialog === 'edit' && <EditDialog id={id} contact={contact} onClose={close} />}
      {search.dialog === 'merge' && <MergeDialog contactId={id} name={name} onClose={close} />}
      {search.dialog === 'sign-in-as' && <SignInAsDialog contactId={id} name={name} onClose={close} />}
      {search.dialog === 'welcome' && <WelcomeDialog id={id} email={contact.email} onClose={close} />}
      {search.dialog === 'delete' && <DeleteDialog id={id} email={contact.email} onClose={close} />}
    </>
  )
}
