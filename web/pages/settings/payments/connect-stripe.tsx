import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { errorsByField } from '../../../api/errors.ts'
import { createProviderAccount } from '../../../api/generated.ts'
import { refresh } from '../../../api/queries.ts'
import { FormErrors, useSubmit } from '../../../parts/forms.tsx'
import { Card } from '../../../parts/page.tsx'
import { useAddress } from '../../../parts/search.ts'
import { useCurrentSite } from '../../../shell/use-site.ts'
import { t } from '../../../texts/translate.ts'
import { KeyInput } from './key-input.tsx'
import { Step } from './step.tsx'

/** Begins a connection with Stripe. @param other whether the account that is connected already takes real money */
export function ConnectStripe({ other }: { other: boolean | undefined }) {
  const { id: siteId } = useCurrentSite()
  const { search, change } = useAddress()
  const [key, setKey] = useState('')
  const [secret, setSecret] = useState('')
  const [isForwarded, setForwarded] = useState(false)
  const { isSubmitting, error, submit } = useSubmit(async () => {
    await createProviderAccount({
      data: {
        type: 'provider_accounts',
        attributes: {
          provider: 'stripe',
          secret_key: key.trim(),
          ...(isForwarded && secret !== '' && { webhook_secret: secret.trim() }),
        },
        relationships: { site: { data: { type: 'sites', id: siteId } } },
      },
    })
    setKey('')
    setSecret('')
    change({ connect: undefined }, { replace: true })
    await refresh('provider_accounts')
  })
  const errors = errorsByField(error)
  const title =
    other === undefined ? 'payments.connect' : other ? 'payments.connectTest' : 'payments.connectLive'
  if (other !== undefined && search.connect !== 'other')
    return (
      <Card
        title={t(title)}
        action={
          <Button variant="default" size="xs" onClick={() => change({ connect: 'other' })}>
            {t('payments.submit')}
          </Button>
        }
      >
        <p className="meta">{t(other ? 'payments.whyTest' : 'payments.whyLive')}</p>
      </Card>
    )
  return (
    <Card title={t(title)}>
      {other === undefined && <p>{t('payments.connectText')}</p>}
      <form onSubmit={submit} noValidate>
        <FormErrors error={error} fields={['secret_key', 'webhook_secret']} />
        <ol className="steps">
          <Step state="now" title={t('payments.stepKey')}>
            <p>{t('payments.stepKeyText')}</p>
            <KeyInput hint={t('payments.keyHint')} value={key} error={errors.secret_key} onChange={setKey} />
            {isForwarded ? (
              <TextInput
                label={t('payments.webhookSecret')}
                description={t('payments.webhookSecretHint')}
                autoComplete="off"
                placeholder="whsec_…"
                value={secret}
                error={errors.webhook_secret}
                onChange={({ currentTarget }) => setSecret(currentTarget.value)}
              />
            ) : (
              <Button
                variant="subtle"
                color="dark"
                size="compact-sm"
                className="step-option"
                onClick={() => setForwarded(true)}
              >
                {t('payments.forwarded')}
              </Button>
            )}
            <div>
              <Button type="submit" loading={isSubmitting} disabled={key.trim() === ''}>
                {t('payments.submit')}
              </Button>
            </div>
          </Step>
          <Step state="later" title={t('payments.stepEndpoint')}>
            <p>{t('payments.stepEndpointText')}</p>
          </Step>
          <Step state="later" title={t('payments.stepTest')}>
            <p>{t('payments.stepTestText')}</p>
          </Step>
        </ol>
      </form>
    </Card>
  )
}
