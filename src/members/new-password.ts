import type { NewPassword } from './pages/views.ts'
import { type PasswordProblem, passwordProblem } from './passwords.ts'

/** Length from which a password that is not common is called strong. */
const STRONG_LENGTH = 16

export const emptyPassword: NewPassword = { value: '', is_revealed: false, strength: null }

export type ChosenPassword =
  | { password: string }
  /** Show the form again: somebody wants to see what they typed, or must choose another. */
  | { again: NewPassword; errors: { field: 'password'; code: PasswordProblem | 'missing' | 'personal' }[] }

/**
 * Reads the password that somebody chose in a form.
 *
 * @param personal what a password may not be made of: name and e-mail
 */
export async function readNewPassword(
  form: Record<string, string>,
  personal: string[],
): Promise<ChosenPassword> {
  const { password = '', reveal } = form
  const problem = await problemOf(password, personal)
  if (reveal !== undefined) {
    const strength =
      password === '' ? null : problem ? 'weak' : [...password].length >= STRONG_LENGTH ? 'strong' : 'good'
    return { again: { value: password, is_revealed: reveal === 'yes', strength }, errors: [] }
  }
  if (problem) return { again: emptyPassword, errors: [{ field: 'password', code: problem }] }
  return { password }
}

async function problemOf(password: string, personal: string[]) {
  if (password === '') return 'missing' as const
  const problem = await passwordProblem(password)
  if (problem) return problem
  const parts = personal
    .flatMap((text) => text.toLowerCase().split(/[\s@]+/))
    .filter((part) => part.length >= 4)
  // A name with a few digits behind it is what is tried first.
  const rest = parts.reduce((left, part) => left.replaceAll(part, ''), password.toLowerCase())
  return rest.length < 6 && rest.length < password.length ? ('personal' as const) : null
}
