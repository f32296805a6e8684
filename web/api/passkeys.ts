/** Passkeys in the browser. What talks to it is loaded when it is needed. */
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser'
import { t } from '../texts/translate.ts'
import { createPasskey, createPasskeyOptions, createSignInOptions } from './generated.ts'

const webauthn = () => import('@simplewebauthn/browser')

const isAddress = /^\[|^[\d.]+$/

/** Whether the portal is opened by an IP address, for which browsers make no passkeys. */
export const isOpenedByAddress = isAddress.test(location.hostname)

/** Whether this browser can use passkeys on this page. */
export const canUsePasskeys = !isOpenedByAddress && 'PublicKeyCredential' in globalThis

/** The person has closed the dialog of the browser, or it was ended for another one. */
export class PasskeyCancelled extends Error {}

/**
 * Makes a passkey for the user who is signed in, and has the server keep it.
 *
 * @throws PasskeyCancelled, RequestProblem
 */
export async function addPasskey(name: string): Promise<void> {
  const [{ startRegistration }, { data }] = await Promise.all([webauthn(), createPasskeyOptions()])
  const optionsJSON = data.attributes.options as unknown as PublicKeyCredentialCreationOptionsJSON
  const credential = await inBrowser(() => startRegistration({ optionsJSON }))
  await createPasskey({ data: { type: 'passkeys', attributes: { name, credential } } })
}

/** Has the person choose a passkey, and answers a challenge with it. @throws PasskeyCancelled, RequestProblem */
export async function answerWithPasskey(): Promise<AuthenticationResponseJSON> {
  const [{ startAuthentication }, { data }] = await Promise.all([webauthn(), createSignInOptions()])
  const optionsJSON = data.attributes.options as unknown as PublicKeyCredentialRequestOptionsJSON
  return inBrowser(() => startAuthentication({ optionsJSON }))
}

/**
 * Offers passkeys in the browser's suggestions for the field of the e-mail, as long as no other request for one begins.
 *
 * @param isWanted asked when the challenge has arrived: a browser has one request at a time, and this must not end another
 * @returns null where the browser cannot do that, or it is not wanted any more
 * @throws PasskeyCancelled, RequestProblem
 */
export async function answerByAutofill(isWanted: () => boolean): Promise<AuthenticationResponseJSON | null> {
  const { browserSupportsWebAuthnAutofill, startAuthentication } = await webauthn()
  if (!(await browserSupportsWebAuthnAutofill())) return null
  const { data } = await createSignInOptions()
  if (!isWanted()) return null
  const optionsJSON = data.attributes.options as unknown as PublicKeyCredentialRequestOptionsJSON
  return inBrowser(() => startAuthentication({ optionsJSON, useBrowserAutofill: true }))
}

/** Ends what answerByAutofill() waits for. */
export async function endAutofill(): Promise<void> {
  const { WebAuthnAbortService } = await webauthn()
  WebAuthnAbortService.cancelCeremony()
}

/** The errors of browsers are for programmers. */
const WORDS: Record<string, () => Error> = {
  AbortError: () => new PasskeyCancelled(t('passkeys.cancelled')),
  NotAllowedError: () => new PasskeyCancelled(t('passkeys.cancelled')),
  InvalidStateError: () => new Error(t('passkeys.known')),
}

async function inBrowser<Result>(ceremony: () => Promise<Result>): Promise<Result> {
  try {
    return await ceremony()
  } catch (error) {
    const { name, message } = error as Error
    throw WORDS[name]?.() ?? new Error(t('passkeys.failed', { reason: message }))
  }
}
