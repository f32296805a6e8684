import { Button, NumberInput, Switch, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { testSiteEmail } from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'
import { CardForm } from '../../parts/card-form.tsx'
import { Loading } from '../../parts/loading.tsx'
import { Card, Facts } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { State } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t } from '../../texts/translate.ts'
import { useServer } from './use-server.ts'
import { useSiteForm } from './use-site-form.ts'

/** Which e-mails the site sends, and whether the mail server takes them. */
export function EmailSettings() {
  const { values, set, ...form } = useSiteForm([
    'send_offer_grant_email',
    'send_access_ending_email',
    'automation_emails_per_hour',
  ])
  return (
    <>
      <CardForm title={t('settings.emails')} {...form} onSubmit={form.save}>
        {(errors) => (
          <>
            <Switch
              label={t('settings.grantEmail')}
              description={t('settings.grantEmailHint')}
              checked={values.send_offer_grant_email}
              error={errors.send_offer_grant_email}
              onChange={({ currentTarget }) => set({ send_offer_grant_email: currentTarget.checked })}
            />
            <Switch
              label={t('settings.endingEmail')}
              description={t('settings.endingEmailHint')}
              checked={values.send_access_ending_email}
              error={errors.send_access_ending_email}
              onChange={({ currentTarget }) => set({ send_access_ending_email: currentTarget.checked })}
            />
            <NumberInput
              label={t('settings.perHour')}
              description={t('settings.perHourHint')}
              min={1}
              allowDecimal={false}
              value={values.automation_emails_per_hour}
              error={errors.automation_emails_per_hour}
              onChange={(count) => set({ automation_emails_per_hour: Number(count) })}
            />
          </>
        )}
      </CardForm>
      <Sender />
      <MailServer />
    </>
  )
}

/** Who the e-mails are from. */
function Sender() {
  const isReadOnly = !useMay()('configure:sites')
  const server = useServer().data?.data.attributes
  const { title } = useCurrentSite()
  const { values, set, ...form } = useSiteForm(['sender_name', 'sender_email', 'reply_to_email'])
  return (
    <CardForm title={t('settings.sender')} {...form} isReadOnly={isReadOnly} onSubmit={form.save}>
      {(errors) => (
        <>
          <TextInput
            label={t('settings.senderName')}
            placeholder={title}
            value={values.sender_name ?? ''}
            error={errors.sender_name}
            onChange={({ currentTarget }) => set({ sender_name: currentTarget.value || null })}
          />
          <TextInput
            label={t('settings.senderEmail')}
            description={t('settings.senderEmailHint')}
            type="email"
            placeholder={server?.mail_from}
            value={values.sender_email ?? ''}
            error={errors.sender_email}
            onChange={({ currentTarget }) => set({ sender_email: currentTarget.value || null })}
          />
          <TextInput
            label={t('settings.replyTo')}
            description={t('settings.replyToHint')}
            type="email"
            value={values.reply_to_email ?? ''}
            error={errors.reply_to_email}
            onChange={({ currentTarget }) => set({ reply_to_email: currentTarget.value || null })}
          />
        </>
      )}
    </CardForm>
  )
}

function MailServer() {
  const mayTest = useMay()('configure:sites')
  const { id } = useCurrentSite()
  const { data } = useServer()
  const test = useMutation({ mutationFn: () => testSiteEmail(id) })
  if (!data) return <Loading />
  const { mail_server, mail_from } = data.data.attributes
  return (
    <Card
      title={t('settings.mailServer')}
      action={
        mayTest && (
          <Button variant="default" size="xs" loading={test.isPending} onClick={() => test.mutate()}>
            {t('settings.sendTest')}
          </Button>
        )
      }
    >
      <Facts
        facts={{
          [t('settings.mailServer')]: mail_server ?? t('settings.noMailServer'),
          [t('settings.serverSender')]: mail_from,
        }}
      />
      <div aria-live="polite">
        {test.error && <Problem error={test.error} />}
        {test.data && <TestResult {...test.data.meta} />}
      </div>
      <p className="meta">{t('settings.mailHint')}</p>
    </Card>
  )
}

function TestResult({ to, status, response }: { to: string; status: string; response: string | null }) {
  if (status === 'kept') return <State tone="warn">{t('settings.testKept')}</State>
  return (
    <>
      <State tone={status === 'sent' ? 'good' : 'bad'}>
        {t(status === 'sent' ? 'settings.testSent' : 'settings.testFailed', { to })}
      </State>
      <p className="meta">{response}</p>
    </>
  )
}
