import { Type } from 'typebox'
import type { Route } from '../../platform/http/route.ts'
import { sessionRoute } from '../sessions/session-route.ts'
import { setUp } from './set-up.ts'

const text = (example: string) => Type.String({ examples: [example] })

const create = sessionRoute({
  url: '/v1/setup',
  summary: 'Set up an account',
  description:
    'Creates an account with its owner and its first site, and starts a session of the owner. `token` is that of the setup link which `bestow serve` prints while there is no account, or `bestow accounts setup-link`; it works once, within an hour.',
  tag: 'authentication',
  type: 'setups',
  attributes: Type.Object({
    token: Type.String(),
    name: text('Ada Lovelace'),
    email: text('owner@example.com'),
    password: text('a rather long password'),
    account_name: text('Northlight'),
    site_title: text('Northlight Studio'),
    subdomain: text('northlight'),
  }),
  start: setUp,
})

export const setupRoutes: Route[] = [create]
