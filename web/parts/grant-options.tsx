import { Switch, TextInput } from '@mantine/core'
import { t } from '../texts/translate.ts'
import { today, useZone } from './dates.tsx'

export interface GrantChoices {
  /** A day in the time zone of the site; empty: as long as the offer gives access. */
  until: string
  sendsWelcome: boolean
}

export const NO_CHOICES: GrantChoices = { until: '', sendsWelcome: true }

/** The same as members of the `meta` of a request. */
export const metaOf = ({ until, sendsWelcome }: GrantChoices) => ({
  send_customer_welcome_email: sendsWelcome,
  ...(until && { expires_at: until }),
})

interface GrantOptionsProps {
  choices: GrantChoices
  errors: Record<string, string>
  onChange: (choices: GrantChoices) => void
}

/** The end of access and the welcome e-mail, of one grant or of many. */
export function GrantOptions({ choices, errors, onChange }: GrantOptionsProps) {
  const zone = useZone()
  return (
    <>
      <TextInput
        type="date"
        label={t('grant.until')}
        description={t('grant.untilHint', { zone })}
        min={today(zone)}
        value={choices.until}
        error={errors.expires_at}
        onChange={({ currentTarget }) => onChange({ ...choices, until: currentTarget.value })}
      />
      <Switch
        label={t('grant.welcome')}
        description={t('grant.welcomeHint')}
        checked={choices.sendsWelcome}
        onChange={({ currentTarget }) => onChange({ ...choices, sendsWelcome: currentTarget.checked })}
      />
    </>
  )
}
