/** Signatures as Standard Webhooks has them: https://www.standardwebhooks.com */
import { createHmac, randomBytes } from 'node:crypto'

const PREFIX = 'whsec_'

/** 256 random bits, as receivers are given them. */
export const newSigningSecret = (): string => PREFIX + randomBytes(32).toString('base64')

export interface Message {
  /** The same in every attempt. */
  id: string
  /** When this attempt is made. */
  at: Date
  body: string
}

/** The headers by which a receiver knows that a message is ours, new, and whole. @param secrets every one that is valid */
export function signatureHeaders({ id, at, body }: Message, secrets: string[]): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1000)
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`
  })
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  }
}
