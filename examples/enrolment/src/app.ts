import { createServer, type IncomingMessage, type Server } from 'node:http'
import { json } from 'node:stream/consumers'
import { BestowError, type Client } from 'bestow/client'
import { enrol, type Purchase } from './enrol.ts'

/** @param offers ids of the offers, by the article of the shop */
export function createApp(api: Client, offers: Record<string, string>): Server {
  return createServer(async (request, response) => {
    const { status, body } = await answer(api, offers, request)
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
}

async function answer(api: Client, offers: Record<string, string>, request: IncomingMessage) {
  if (request.method !== 'POST' || request.url !== '/purchases')
    return { status: 404, body: { error: 'There is only POST /purchases.' } }
  try {
    const { article, ...purchase } = (await json(request)) as Purchase & { article: string }
    const offerId = offers[article]
    if (!offerId) return { status: 422, body: { error: `There is no article "${article}".` } }
    return { status: 200, body: { contact_id: await enrol(api, purchase, offerId) } }
  } catch (error) {
    if (!(error instanceof BestowError)) return { status: 400, body: { error: 'The body is not JSON.' } }
    // The shop reports again what was not accepted.
    if (error.status === 422) return { status: 422, body: { error: error.detail } }
    return { status: 503, body: { error: 'Enrolment is not possible now.' } }
  }
}
