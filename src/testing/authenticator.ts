/** An authenticator in software: makes passkeys and signs challenges, as a browser passes them on (WebAuthn, 6). */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'

export interface AuthenticatorOptions {
  /** Of the page. */
  origin: string
  /** Left out: it does not count its signatures. */
  counter?: number
  /** Left out, the finger or PIN of the person was checked. */
  isUserVerified?: boolean
}

interface CreationOptions {
  challenge: string
  user: { id: string }
}

const PRESENT = 0x01
const VERIFIED = 0x04
const HAS_CREDENTIAL = 0x40

const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest()

export class Authenticator {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly id = randomBytes(16)
  #userHandle = ''
  options: AuthenticatorOptions

  constructor(options: AuthenticatorOptions) {
    this.options = options
  }

  /** The answer of `navigator.credentials.create()`. */
  create({ challenge, user }: CreationOptions) {
    this.#userHandle = user.id
    const credential = Buffer.concat([
      Buffer.alloc(16),
      Buffer.from([0, this.id.length]),
      this.id,
      this.#publicKey(),
    ])
    const authData = this.#authenticatorData(HAS_CREDENTIAL, credential)
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', new Uint8Array(authData)],
    ])
    return {
      ...this.#names(),
      response: {
        clientDataJSON: this.#clientData('webauthn.create', challenge).toString('base64url'),
        attestationObject: Buffer.from(isoCBOR.encode(attestation as never)).toString('base64url'),
        transports: ['internal'],
      },
    }
  }

  /** The answer of `navigator.credentials.get()`. */
  get({ challenge }: { challenge: string }) {
    if (this.options.counter !== undefined) this.options.counter++
    const clientData = this.#clientData('webauthn.get', challenge)
    const authData = this.#authenticatorData(0)
    const signed = Buffer.concat([authData, sha256(clientData)])
    return {
      ...this.#names(),
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', signed, this.#keys.privateKey).toString('base64url'),
        userHandle: this.#userHandle,
      },
    }
  }

  #names() {
    const id = this.id.toString('base64url')
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {} }
  }

  #clientData(type: string, challenge: string): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.options.origin, crossOrigin: false }))
  }

  #authenticatorData(flags: number, credential = Buffer.alloc(0)): Buffer {
    const { origin, counter = 0, isUserVerified = true } = this.options
    const count = Buffer.alloc(4)
    count.writeUInt32BE(counter)
    const all = flags | PRESENT | (isUserVerified ? VERIFIED : 0)
    return Buffer.concat([sha256(new URL(origin).hostname), Buffer.from([all]), count, credential])
  }

  /** As COSE writes keys of this curve (RFC 9053, 7.1.1). */
  #publicKey(): Uint8Array {
    const { x, y } = this.#keys.publicKey.export({ format: 'jwk' })
    const coordinate = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'))
    return isoCBOR.encode(
      new Map<number, number | Uint8Array<ArrayBuffer>>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, coordinate(x!)],
        [-3, coordinate(y!)],
      ]),
    )
  }
}
