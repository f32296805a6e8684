import { Button, Menu } from '@mantine/core'
import { useMay } from '../../../api/session.ts'
import { Moment } from '../../../parts/dates.tsx'
import { KeyIcon, TrashIcon } from '../../../parts/icons.tsx'
import { MoreMenu } from '../../../parts/more-menu.tsx'
import { Card } from '../../../parts/page.tsx'
import { useAddress } from '../../../parts/search.ts'
import { State, type Tone } from '../../../parts/state.tsx'
import { t, textOr } from '../../../texts/translate.ts'
import { Disconnect, ReplaceKey } from './account-dialogs.tsx'
import { Step } from './step.tsx'
import type { Account } from './stripe.tsx'
import { TestWebhook } from './test-webhook.tsx'

const TONES: Record<string, Tone> = { connected: 'good', connecting: 'warn', failed: 'bad' }

/** A connected account, or one that is being connected: its three steps, and what prevents them. */
export function StripeAccount({ account: { id, attributes: account } }: { account: Account }) {
  const { search, change } = useAddress()
  const may = useMay()
  const { status, livemode, problem } = account
  const isConnected = status === 'connected'
  const isKeyAccepted = account.account !== null
  const close = () => change({ dialog: undefined, account: undefined })
  const open = (dialog: string) => () => change({ dialog, account: id })
  return (
    <Card
      title={t(livemode ? 'payments.live' : 'payments.testMode')}
      action={
        <span className="stripe-state">
          <State tone={TONES[status] ?? 'plain'}>{textOr(`payments.status.${status}`, status)}</State>
          {may('manage:provider_accounts') && (
            <MoreMenu label={t('payments.actions')} isInRow width={220}>
              <Menu.Item leftSection={<KeyIcon size={16} />} onClick={open('replace-key')}>
                {t('payments.replaceKey')}
              </Menu.Item>
              <Menu.Item leftSection={<TrashIcon size={16} />} onClick={open('disconnect')}>
                {t('payments.disconnect')}
              </Menu.Item>
            </MoreMenu>
          )}
        </span>
      }
    >
      <ol className="steps">
        <Step
          state={isKeyAccepted ? 'done' : problem ? 'failed' : 'now'}
          title={isKeyAccepted ? t('payments.keyAccepted') : t('payments.checkingKey')}
        >
          <p>
            <code>{account.secret_key}</code>
            {account.account_name && ` · ${account.account_name}`}
            {account.account && <span className="meta"> {account.account}</span>}
          </p>
        </Step>
        <Step
          state={isConnected ? 'done' : isKeyAccepted ? (problem ? 'failed' : 'now') : 'later'}
          title={t(isConnected ? 'payments.endpoint' : 'payments.stepEndpoint')}
        >
          <p className="masked">
            <code>{account.webhook_url}</code>
          </p>
        </Step>
        <Step
          state={account.last_notification_at ? 'done' : isConnected ? 'now' : 'later'}
          title={t('payments.stepTest')}
        >
          {account.last_notification_at ? (
            <p>
              {t('payments.lastNotification')} <Moment at={account.last_notification_at} />
            </p>
          ) : (
            <p>{t('payments.noNotification')}</p>
          )}
          {isConnected && may('manage:provider_accounts') && (
            <TestWebhook id={id} lastAt={account.last_notification_at} />
          )}
        </Step>
      </ol>
      {problem && (
        <div className="problem" role="alert">
          <div>
            <p>{problem}</p>
            {may('manage:provider_accounts') && (
              <Button variant="default" size="xs" onClick={open('replace-key')}>
                {t('payments.replaceKey')}
              </Button>
            )}
          </div>
        </div>
      )}
      {search.account === id && search.dialog === 'replace-key' && <ReplaceKey id={id} onClose={close} />}
      {search.account === id && search.dialog === 'disconnect' && (
        <Disconnect id={id} livemode={livemode} onClose={close} />
      )}
    </Card>
  )
}
