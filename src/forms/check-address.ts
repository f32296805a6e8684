/** Whether an e-mail address is worth storing: of no disposable service, and of a domain that accepts mail. */
import { disposableEmailBlocklistSet } from 'disposable-email-domains-js'
import type { App } from '../platform/app.ts'
import { parseEmailAddress } from '../platform/text/email-address.ts'
import type { Problem } from './read-submission.ts'

export type AddressProblem = Problem & { code: 'disposable_email' | 'undeliverable_email' }

let disposable: Set<string> | undefined

/** Whether a domain, or one that it is part of, belongs to a disposable e-mail service. */
export function isDisposable(domain: string): boolean {
  // Read on first use: most commands need no list.
  disposable ??= disposableEmailBlocklistSet()
  const labels = domain.split('.')
  return labels.some((_, index) => disposable!.has(labels.slice(index).join('.')))
}

/**
 * Checks an address. What cannot be determined, for example offline, is no problem.
 *
 * @param given as it was entered; what is no address is for others to refuse
 */
export async function checkAddress(
  { config, mailDomains }: App,
  given: unknown,
): Promise<AddressProblem | null> {
  const email = parseEmailAddress(given)
  if (!email) return null
  const domain = email.slice(email.lastIndexOf('@') + 1)
  if (config.REFUSE_DISPOSABLE_EMAILS && isDisposable(domain))
    return problem(
      'disposable_email',
      `Email is of a disposable e-mail service (${domain}). Use another address`,
    )
  if ((await mailDomains?.acceptMail(domain)) === false)
    return problem('undeliverable_email', `Email cannot be delivered: ${domain} does not accept e-mail`)
  return null
}

const problem = (code: AddressProblem['code'], detail: string): AddressProblem => ({
  handle: 'email',
  code,
  detail,
})
