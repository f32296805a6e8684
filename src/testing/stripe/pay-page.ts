/** The page of a checkout session, for browsers: what people see of Stripe in tests. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { paySession } from './sessions.ts'
import type { FakeState } from './state.ts'

/** Answers `GET /pay/<session>` with a form, and the form by paying. @returns false for other requests */
export const payPage =
  (state: FakeState) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const id = /^\/pay\/(\w+)$/.exec(request.url ?? '')?.[1]
    if (id === undefined) return false
    const session = state.objects.find('checkout.session', id)
    if (!session) {
      response.writeHead(404).end()
      return true
    }
    if (request.method === 'POST') {
      const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString('utf8'))
      const method = form.get('method') === 'bank_debit' ? 'bank_debit' : 'card'
      paySession(state, session, { name: form.get('name') || undefined, method })
      const target = session.success_url!.replace('{CHECKOUT_SESSION_ID}', session.id)
      response.writeHead(303, { location: target }).end()
      return true
    }
    const amount = `${session.amount_total} ${session.currency}`
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end(
      `<!doctype html><html lang="en"><title>Pay</title><h1>Pay ${amount}</h1><form method="post">
<label>Name on card <input name="name"></label>
<button name="method" value="card">Pay</button>
<button name="method" value="bank_debit">Pay by bank debit</button></form>
<a href="${session.cancel_url ?? '#'}">Back</a></html>`,
    )
    return true
  }
