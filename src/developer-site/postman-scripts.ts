/** The scripts of the collection, which Postman runs before and after each request. */

const script = (listen: 'prerequest' | 'test', text: string) => ({
  listen,
  script: { type: 'text/javascript', exec: text.trim().split('\n') },
})

/** Gets a token when there is none, and sends nothing in which an id is missing. */
const BEFORE = `
const texts = pm.request.url.variables.all().map(({ value }) => value || '{{id}}').concat((pm.request.body && pm.request.body.raw) || '')
const missing = texts.flatMap((text) => pm.variables.replaceIn(text).match(/{{[^}]*}}/g) || [])
if (missing.length > 0) {
  console.log(pm.info.requestName + ': skipped. Set ' + missing.join(', ') + ', or send a request that finds it.')
  pm.execution.skipRequest()
}
const endsAt = Number(pm.collectionVariables.get('access_token_ends_at') || 0)
const isOther = pm.collectionVariables.get('access_token_of') !== pm.variables.get('client_id')
if (pm.variables.get('client_id') && (isOther || Date.now() > endsAt)) {
  const urlencoded = ['client_id', 'client_secret'].map((key) => ({ key, value: pm.variables.get(key) }))
  pm.sendRequest({
    url: pm.variables.get('baseUrl') + '/v1/oauth/token',
    method: 'POST',
    body: { mode: 'urlencoded', urlencoded: [{ key: 'grant_type', value: 'client_credentials' }, ...urlencoded] },
  }, (error, response) => {
    if (error || response.code !== 200) return console.error('No token:', error || response.text())
    const { access_token, expires_in } = response.json()
    pm.collectionVariables.set('access_token', access_token)
    pm.collectionVariables.set('access_token_of', pm.variables.get('client_id'))
    pm.collectionVariables.set('access_token_ends_at', String(Date.now() + (expires_in - 60) * 1000))
  })
}`

const AFTER = `
pm.test('is successful', () => pm.expect(pm.response.code, pm.response.text().slice(0, 300)).to.be.within(200, 299))`

export const COLLECTION_EVENTS = [script('prerequest', BEFORE), script('test', AFTER)]

const KEEP = (variable: string) => `
if (/json/.test(pm.response.headers.get('Content-Type'))) {
  const { data } = pm.response.json()
  const first = Array.isArray(data) ? data[0] : data
  if (first && first.id) pm.collectionVariables.set('${variable}', first.id)
}`

/** After a request that lists: later requests are about the first one of the answer. */
export const keepListed = (variable: string) => [script('test', KEEP(variable))]

/** Of a request that creates one: later requests are about it, until it is deleted. */
export const keepCreated = (variable: string) => [
  script(
    'prerequest',
    `pm.collectionVariables.set('${variable}_before', pm.collectionVariables.get('${variable}'))`,
  ),
  script(
    'test',
    `${KEEP(variable)}
pm.collectionVariables.set('${variable}_created', pm.collectionVariables.get('${variable}'))`,
  ),
]

/** Of a request that deletes one: only what the collection has created, unless an id was entered. */
export const deleteCreated = (variable: string) => [
  script(
    'prerequest',
    `
const isFound = pm.request.url.variables.all().some(({ value }) => value === '{{${variable}}}')
if (isFound && pm.variables.get('${variable}') !== pm.collectionVariables.get('${variable}_created')) {
  console.log(pm.info.requestName + ': skipped. Enter the id of what you want to delete.')
  pm.execution.skipRequest()
}`,
  ),
  script(
    'test',
    `
const before = pm.collectionVariables.get('${variable}_before')
if (before) pm.collectionVariables.set('${variable}', before)
else pm.collectionVariables.unset('${variable}')`,
  ),
]
