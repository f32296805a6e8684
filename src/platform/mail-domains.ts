/** Whether the domains of e-mail addresses accept mail, according to DNS. */
import { Resolver } from 'node:dns/promises'
import { domainToASCII } from 'node:url'
import type { Config } from './config.ts'
import { hostAddresses } from './host-addresses.ts'

export interface MailDomains {
  /**
   * Whether a domain has a mail server: MX records, or else an address (RFC 5321, 5.1); a null MX refuses mail
   * (RFC 7505). Null: it cannot be determined now, for example offline. Never throws.
   */
  acceptMail: (domain: string) => Promise<boolean | null>
}

/** What forms check with; null when the configuration says that they do not. */
export const mailDomainsOf = ({ CHECK_EMAIL_DOMAINS, mode }: Config): MailDomains | null =>
  (CHECK_EMAIL_DOMAINS ?? mode === 'production') ? mailDomains() : null

type Dns = Pick<Resolver, 'resolveMx' | 'resolve4' | 'resolve6'>

/** For all queries about a domain together: somebody waits for the answer. */
const TIMEOUT_MS = 2_000
/** How long answers are kept. A domain that accepts no mail may have been set up wrongly, or just now. */
const KEPT_MS = { accepts: 3_600_000, refuses: 60_000, unknown: 30_000 }
const MOST_KEPT = 10_000

export const dnsResolver = (): Resolver => new Resolver({ timeout: TIMEOUT_MS / 2, tries: 2 })

export function mailDomains(dns: Dns = dnsResolver()): MailDomains {
  const kept = new Map<string, { answer: Promise<boolean | null>; until: number }>()
  return {
    acceptMail(given) {
      const domain = domainToASCII(given)
      const known = kept.get(domain)
      if (known && known.until > performance.now()) return known.answer
      const answer = Promise.race([hasMailServer(dns, domain), timeout()])
      const entry = { answer, until: performance.now() + KEPT_MS.accepts }
      void answer.then((accepts) => {
        if (!accepts) entry.until = performance.now() + KEPT_MS[accepts === null ? 'unknown' : 'refuses']
      })
      // The oldest goes first.
      kept.delete(domain)
      if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!)
      kept.set(domain, entry)
      return answer
    },
  }
}

async function hasMailServer(dns: Dns, domain: string): Promise<boolean | null> {
  try {
    const records = await dns.resolveMx(domain)
    return records.some(({ exchange }) => exchange !== '' && exchange !== '.')
  } catch (error) {
    if (codeOf(error) === 'ENOTFOUND') return false
    if (codeOf(error) !== 'ENODATA') return null
  }
  return hasAddress(dns, domain)
}

/** Null: DNS cannot be asked now. */
async function hasAddress(dns: Dns, domain: string): Promise<boolean | null> {
  const addresses = await hostAddresses(dns)(domain)
  return addresses && addresses.length > 0
}

const codeOf = (error: unknown): string => (error as { code?: string }).code ?? ''

const timeout = (): Promise<null> =>
  new Promise((resolve) => void setTimeout(() => resolve(null), TIMEOUT_MS).unref())
