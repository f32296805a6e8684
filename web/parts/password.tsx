import { PasswordInput } from '@mantine/core'
import { t } from '../texts/translate.ts'

interface PasswordProps {
  label?: string
  value: string
  error?: string
  isNew?: boolean
  /** In a dialog, it has the focus. */
  isFirst?: boolean
  onChange: (password: string) => void
}

export function Password({ label, value, error, isNew = false, isFirst, onChange }: PasswordProps) {
  return (
    <PasswordInput
      label={label ?? (isNew ? t('entry.newPassword') : t('signIn.password'))}
      description={isNew ? t('entry.passwordHint') : undefined}
      name="password"
      autoComplete={isNew ? 'new-password' : 'current-password'}
      visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
      data-autofocus={isFirst || undefined}
      value={value}
      error={error}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  )
}
