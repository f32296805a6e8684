import { Type } from 'typebox'
import { type Route, route } from '../../platform/http/route.ts'
import { siteInPath } from '../../platform/http/site-of.ts'
import { NullableText } from '../../platform/jsonapi/nullable.ts'
import { checkDomain, DOMAIN_STATES } from './check-domain.ts'

const Check = Type.Object({
  data: Type.Object({
    type: Type.Literal('domain_checks'),
    id: Type.String({ description: 'The id of the site' }),
    attributes: Type.Object({
      custom_domain: NullableText({ examples: ['members.example.com'] }),
      status: Type.Enum(DOMAIN_STATES, {
        description:
          '`none`: the site has no domain of its own. `connected`: the domain has an address of this server. `elsewhere`: it has others only; that is right when a proxy or a content delivery network is in front. `missing`: the domain has no DNS record. `unknown`: the DNS lookup failed.',
      }),
      expected_host: Type.String({
        description: 'What a CNAME record of the domain refers to: the host of this server',
        examples: ['bestow.example.com'],
      }),
      expected_addresses: Type.Array(Type.String(), { examples: [['203.0.113.7']] }),
      found_addresses: Type.Array(Type.String(), { examples: [['203.0.113.7']] }),
      checked_at: Type.String({ format: 'date-time' }),
    }),
  }),
})

const check = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/sites/{id}/domain_check',
  access: 'view:sites',
  summary: 'Check the domain of a site',
  description:
    'Asks DNS whether the `custom_domain` of the site refers to this server. Nothing is changed, and the site is served under the domain whatever the result.',
  tag: 'sites',
  responses: { 200: Check },
  async handler({ app, db, ...context }) {
    const id = siteInPath(context)
    const { custom_domain } = await db
      .selectFrom('sites')
      .select('custom_domain')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const attributes = { custom_domain, ...(await checkDomain(app, custom_domain)) }
    return { body: { data: { type: 'domain_checks', id, attributes } } }
  },
})

export const domainCheckRoutes: Route[] = [check]
