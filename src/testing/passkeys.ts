import type { Authenticator } from './authenticator.ts'
import type { Client, Reply } from './client.ts'

/** What pages of the server itself send. */
export const OWN_PAGE = { 'x-requested-with': 'portal', 'sec-fetch-site': 'same-origin' }

type Headers = Record<string, string>

/** The headers of a page that is signed in. */
export async function signInHeaders(client: Client, attributes: object): Promise<Headers> {
  const reply = await signIn(client, attributes)
  if (reply.status !== 201) throw new Error(`Signing in is ${reply.status}: ${JSON.stringify(reply.body)}`)
  return { ...OWN_PAGE, cookie: reply.headers.get('set-cookie')!.split(';')[0]! }
}

export const signIn = (client: Client, attributes: object): Promise<Reply> =>
  client.post('/v1/sessions', { data: { type: 'sessions', attributes } }, OWN_PAGE)

/** The options of the browser, from the server. */
export const optionsOf = async (client: Client, path: string, headers?: Headers) =>
  (await client.post(path, undefined, headers)).body.data.attributes.options

/** Has the server keep a passkey of this authenticator. @param headers of a session */
export async function addPasskey(
  client: Client,
  headers: Headers,
  authenticator: Authenticator,
  name = 'MacBook',
): Promise<Reply> {
  const options = await optionsOf(client, '/v1/passkeys/options', headers)
  const attributes = { name, credential: authenticator.create(options) }
  return client.post('/v1/passkeys', { data: { type: 'passkeys', attributes } }, headers)
}

/** An answer to a new challenge. */
export const answerOf = async (client: Client, authenticator: Authenticator) =>
  authenticator.get(await optionsOf(client, '/v1/sessions/passkey_options'))
