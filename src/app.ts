import { createSecretKey, type KeyObject } from 'node:crypto'
import type pg from 'pg'
import type { Logger } from 'pino'
import { type Sealer, sealer } from './auth/sealing.ts'
import { deriveKey } from './auth/secrets.ts'
import { type TokenSigner, tokenSigner } from './auth/tokens.ts'
import type { Clock } from './clock/clock.ts'
import type { Config } from './config.ts'
import type { Database, Db } from './db/database.ts'
import type { Mailer } from './emails/mailer.ts'
import { createMetrics, type Metrics } from './metrics.ts'

/** What everything else is given: the server, the workers, the commands and the tests alike. */
export interface App {
  config: Config
  log: Logger
  clock: Clock
  db: Db
  /** For statements that are prepared by name; everything else goes through `db`. */
  pool: pg.Pool
  tokens: TokenSigner
  /** Signs what members' links carry. */
  linkKey: KeyObject
  /** For secrets that must be readable again. */
  sealer: Sealer
  /** Null: no mail server, e-mails stay in the outbox. */
  mailer: Mailer | null
  metrics: Metrics
  /** Start of links in e-mails and, unless the caller's own host is known, in answers. */
  publicUrl: string
  /** Tells the dispatcher of this process, if there is one, that events were recorded. */
  onEvents: () => void
  /** The worker of this process is to end, and begins nothing that may take long. */
  isStopping: boolean
}

export interface AppParts {
  config: Config
  log: Logger
  clock: Clock
  database: Database
  secretKey: string
  mailer: Mailer | null
}

export function createApp({ config, log, clock, database, secretKey, mailer }: AppParts): App {
  return {
    config,
    log,
    clock,
    mailer,
    db: database.kysely,
    pool: database.pool,
    tokens: tokenSigner(deriveKey(secretKey, 'tokens'), clock),
    linkKey: createSecretKey(deriveKey(secretKey, 'links')),
    sealer: sealer([secretKey, ...(config.SECRET_KEY_PREVIOUS ? [config.SECRET_KEY_PREVIOUS] : [])]),
    metrics: createMetrics(),
    publicUrl: config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`,
    onEvents: () => {},
    isStopping: false,
  }
}
