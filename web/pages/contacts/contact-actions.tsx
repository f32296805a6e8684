import { Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { deleteContact, listGrants, resendContactWelcomeEmail } from '../../api/generated.ts'
import { listOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { FormDialog, notify } from '../../parts/forms.tsx'
import { DownloadIcon, EditIcon, EmailIcon, MergeIcon, SignInIcon, TrashIcon } from '../../parts/icons.tsx'
import { MoreMenu } from '../../parts/more-menu.tsx'
import { useAddress } from '../../parts/search.ts'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t } from '../../texts/translate.ts'
import { saveExport } from './export-contact.ts'

/** What can be done with a contact besides granting. */
export function ContactActions({ id, isCustomer }: { id: string; isCustomer: boolean }) {
  const { change } = useAddress()
  const may = useMay()
  const open = (dialog: string) => () => change({ dialog })
  const canManage = may('manage:contacts')
  const canSignIn = isCustomer && may('sign_in_as:members')
  const canResend = isCustomer && may('manage:emails')
  const canExport = may('export:contacts')
  const canDelete = may('delete:contacts')
  if (!canManage && !canSignIn && !canResend && !canExport && !canDelete) return null
  return (
    <MoreMenu label={t('contact.more')} width={240}>
      {canManage && (
        <Menu.Item leftSection={<EditIcon size={16} />} onClick={open('edit')}>
          {t('edit')}
        </Menu.Item>
      )}
      {canSignIn && (
        <Menu.Item leftSection={<SignInIcon size={16} />} onClick={open('sign-in-as')}>
          {t('signInAs.menu')}
        </Menu.Item>
      )}
      {canResend && (
        <Menu.Item leftSection={<EmailIcon size={16} />} onClick={open('welcome')}>
          {t('contact.resendWelcome')}
        </Menu.Item>
      )}
      {canManage && (
        <Menu.Item leftSection={<MergeIcon size={16} />} onClick={open('merge')}>
          {t('merge.menu')}
        </Menu.Item>
      )}
      {canExport && (
        <Menu.Item leftSection={<DownloadIcon size={16} />} onClick={() => void saveExport(id)}>
          {t('contact.export')}
        </Menu.Item>
      )}
      {canDelete && (
        <>
          <Menu.Divider />
          <Menu.Item leftSection={<TrashIcon size={16} />} onClick={open('delete')}>
            {t('contact.delete')}
          </Menu.Item>
        </>
      )}
    </MoreMenu>
  )
}

export function WelcomeDialog({ id, email, onClose }: { id: string; email: string; onClose: () => void }) {
  return (
    <FormDialog
      title={t('contact.resendWelcome')}
      fields={[]}
      submitLabel={t('contact.resendSubmit')}
      onClose={onClose}
      onSubmit={async () => {
        await resendContactWelcomeEmail(id)
        await refresh('events', 'emails')
        onClose()
        notify(t('contact.resent', { email }))
      }}
    >
      {() => <p>{t('contact.resendText', { email })}</p>}
    </FormDialog>
  )
}

export function DeleteDialog({ id, email, onClose }: { id: string; email: string; onClose: () => void }) {
  const { id: siteId, subdomain: site } = useCurrentSite()
  const { data: live } = useQuery(
    listOf('grants', listGrants, {
      'filter[site_id]': siteId,
      'filter[contact_id]': id,
      'filter[revoked_at_null]': 'true',
      'page[size]': 1,
    }),
  )
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
      {() => (
        <>
          <p>{t('contact.deleteText')}</p>
          <p>{live ? plural('contact.deleteGrants', live.meta.total_count ?? 0) : '…'}</p>
        </>
      )}
    </FormDialog>
  )
}
