import { PasswordInput } from '@mantine/core'
import { t } from '../../../texts/translate.ts'

interface KeyInputProps {
  hint: string
  value: string
  error: string | undefined
  isFirst?: boolean
  onChange: (key: string) => void
}

/** A secret key of Stripe: it is not shown while it is entered, and never again. */
export const KeyInput = ({ hint, value, error, isFirst = false, onChange }: KeyInputProps) => (
  <PasswordInput
    label={t('payments.key')}
    description={hint}
    autoComplete="off"
    placeholder="sk_live_…"
    visibilityToggleButtonProps={{ 'aria-label': t('payments.showKey') }}
    data-autofocus={isFirst || undefined}
    value={value}
    error={error}
    aria-invalid={error !== undefined}
    onChange={({ currentTarget }) => onChange(currentTarget.value)}
  />
)
