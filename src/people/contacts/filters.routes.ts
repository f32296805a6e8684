import { Type } from 'typebox'
import { type Route, route } from '../../platform/http/route.ts'
import { SiteQuery, siteInQuery } from '../../platform/http/site-of.ts'
import { NullableText } from '../../platform/jsonapi/nullable.ts'
import { VALUE_KINDS } from './filters/contact-filter.ts'
import { listFilters } from './list-filters.ts'

const CustomField = Type.Object({
  handle: Type.String(),
  title: Type.String(),
  operator: Type.String({ description: 'How the value is compared, as in `eq`' }),
  options: Type.Array(Type.String(), { description: 'The values to choose from, where there are such' }),
})

const Filter = Type.Object({
  filter: Type.String({ description: 'Its name, in conditions and in `filter[…]`' }),
  description: Type.String(),
  takes: Type.Unsafe<string>({
    type: 'string',
    enum: [...VALUE_KINDS],
    description:
      'What its value is. `id`: of a resource, `ids`: of several, separated by commas; `days`: a number of days until now; `flag`: true or false; `day`: a date; `time`: a date, or a date and a time',
  }),
  resource_type: NullableText({ description: 'The type of the resources whose ids it takes' }),
  is_recorded: Type.Boolean({
    description:
      'False: Bestow does not record this; positive filters match no one, negative filters match everyone',
  }),
  custom_field: Type.Union([CustomField, Type.Null()], {
    description: 'The custom field that it is about; null: none',
    examples: [null],
  }),
})

const list = route({
  kind: 'read',
  method: 'GET',
  url: '/v1/contacts/filters',
  access: 'view:contacts',
  summary: 'List the filters of contacts',
  description:
    'Every filter of which conditions, segments and `filter[where]` consist, with the kind of its value; those of the custom fields of the site included.',
  tag: 'contacts',
  query: SiteQuery,
  responses: {
    200: Type.Object({
      data: Type.Object({
        type: Type.Literal('contact_filters'),
        id: Type.String({ description: 'Id of the site' }),
        attributes: Type.Object({ filters: Type.Array(Filter) }),
      }),
      links: Type.Object({ self: Type.String() }),
    }),
  },
  errors: [404],
  async handler({ db, query, caller, scope }) {
    const siteId = siteInQuery(caller.siteIds, query)
    const filters = await listFilters(db, siteId)
    const self = `${scope.baseUrl}/v1/contacts/filters?filter%5Bsite_id%5D=${siteId}`
    return {
      body: { data: { type: 'contact_filters', id: siteId, attributes: { filters } }, links: { self } },
    }
  },
})

/** Paths with words before those in which a word could be an id. */
export const filterRoutes: Route[] = [list]
