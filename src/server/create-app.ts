import { createSecretKey } from 'node:crypto'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { App } from '../platform/app.ts'
import { keyUses } from '../platform/auth/key-uses.ts'
import { tokenSigner } from '../platform/auth/tokens.ts'
import type { Clock } from '../platform/clock/clock.ts'
import type { Config } from '../platform/config.ts'
import type { Database } from '../platform/db/database.ts'
import { folderStore } from '../platform/files/folder-store.ts'
import { s3Store } from '../platform/files/s3-store.ts'
import { hostAddresses } from '../platform/host-addresses.ts'
import { withoutExtensionAttributes } from '../platform/jsonapi/resource.ts'
import { connectResources } from '../platform/jsonapi/resources.ts'
import { dnsResolver, type MailDomains } from '../platform/mail-domains.ts'
import type { Mailer } from '../platform/mailer.ts'
import { createMetrics } from '../platform/metrics.ts'
import { sealer } from '../platform/secrets/sealing.ts'
import { deriveKey } from '../platform/secrets/secrets.ts'
import { referrers } from '../referrers.ts'
import { resources } from '../resources.ts'

export interface AppParts {
  config: Config
  log: Logger
  clock: Clock
  database: Database
  secretKey: string
  mailer: Mailer | null
  mailDomains: MailDomains | null
}

export function createApp({ config, log, clock, database, secretKey, mailer, mailDomains }: AppParts): App {
  return {
    config,
    log,
    clock,
    mailer,
    files: config.UPLOADS_URL ? s3Store(config.UPLOADS_URL) : folderStore(join(config.DATA_DIR, 'uploads')),
    mailDomains,
    hostAddresses: hostAddresses(dnsResolver()),
    resources: connectResources(config.EXTENSIONS ? resources : resources.map(withoutExtensionAttributes)),
    referrers,
    db: database.kysely,
    pool: database.pool,
    tokens: tokenSigner(deriveKey(secretKey, 'tokens'), clock),
    keyUses: keyUses(database.kysely, clock, log),
    linkKey: createSecretKey(deriveKey(secretKey, 'links')),
    sealer: sealer([secretKey, ...(config.SECRET_KEY_PREVIOUS ? [config.SECRET_KEY_PREVIOUS] : [])]),
    metrics: createMetrics(),
    publicUrl: config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`,
    onEvents: () => {},
    isStopping: false,
  }
}
