import { createClient } from 'bestow/client'
import { createApp } from './app.ts'

const { KAJABI_API_URL, KAJABI_CLIENT_ID, KAJABI_CLIENT_SECRET, OFFER_ID } = process.env
if (!KAJABI_API_URL || !KAJABI_CLIENT_ID || !KAJABI_CLIENT_SECRET || !OFFER_ID)
  throw new Error('Set KAJABI_API_URL, KAJABI_CLIENT_ID, KAJABI_CLIENT_SECRET and OFFER_ID.')

const api = createClient({
  baseUrl: KAJABI_API_URL,
  clientId: KAJABI_CLIENT_ID,
  clientSecret: KAJABI_CLIENT_SECRET,
})
createApp(api, { course: OFFER_ID }).listen(8080, '127.0.0.1')
