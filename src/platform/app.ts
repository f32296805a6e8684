import type { KeyObject } from 'node:crypto'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { KeyUses } from './auth/key-uses.ts'
import type { TokenSigner } from './auth/tokens.ts'
import type { Clock } from './clock/clock.ts'
import type { Config } from './config.ts'
import type { Db } from './db/database.ts'
import type { FileStore } from './files/file-store.ts'
import type { HostAddresses } from './host-addresses.ts'
import type { Resources } from './jsonapi/resources.ts'
import type { MailDomains } from './mail-domains.ts'
import type { Mailer } from './mailer.ts'
import type { Metrics } from './metrics.ts'
import type { FindReferrers } from './references/in-use.ts'
import type { Sealer } from './secrets/sealing.ts'

/** What everything else is given: the server, the workers, the commands and the tests alike. */
export interface App {
  config: Config
  log: Logger
  resources: Resources
  /** Find what uses something that is to end. */
  referrers: FindReferrers[]
  clock: Clock
  db: Db
  /** For statements that are prepared by name; everything else goes through `db`. */
  pool: pg.Pool
  tokens: TokenSigner
  /** Records when API keys and sessions are used. */
  keyUses: KeyUses
  /** Signs what members' links carry. */
  linkKey: KeyObject
  /** For secrets that must be readable again. */
  sealer: Sealer
  /** Null: no mail server, e-mails stay in the outbox. */
  mailer: Mailer | null
  /** The contents of uploads. */
  files: FileStore
  /** Null: whether domains accept mail is not checked. */
  mailDomains: MailDomains | null
  /** For the check of sites' own domains. */
  hostAddresses: HostAddresses
  metrics: Metrics
  /** Start of links in e-mails and, unless the caller's own host is known, in answers. */
  publicUrl: string
  /** Notifies the dispatcher of this process, if there is one, of recorded events. */
  onEvents: () => void
  /** The worker of this process is to end, and begins nothing that may take long. */
  isStopping: boolean
}
