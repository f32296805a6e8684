export const SHORTEST_PASSWORD = 10
/** scrypt takes any length; nobody remembers more, and somebody could send a book. */
export const LONGEST_PASSWORD = 200

export type PasswordProblem = 'too_short' | 'too_long' | 'too_common'

/** What is wrong with a password that somebody chose; null when it is good. */
export async function passwordProblem(password: string): Promise<PasswordProblem | null> {
  const length = [...password].length
  if (length < SHORTEST_PASSWORD) return 'too_short'
  if (length > LONGEST_PASSWORD) return 'too_long'
  return (await commonPasswords()).has(password.toLowerCase()) ? 'too_common' : null
}

let common: Promise<Set<string>> | undefined

/** Read when the first password is chosen: there are 49,000 of them. */
function commonPasswords(): Promise<Set<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common']),
  )
  return common
}
