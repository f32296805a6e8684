import type { Resources } from '../../jsonapi/resources.ts'

/** Groups of operations that are not about one type of resource. */
const TAGS: Record<string, string> = {
  authentication: 'Access tokens of API keys and users, after OAuth 2.0.',
  me: 'The user that a token belongs to.',
  exports: 'Everything of a site or an account, as files.',
  reports: 'Revenue, recurring revenue and churn of a site.',
  server: 'The settings of the server that an owner needs to know, and a test of its mail server.',
  version: 'The version of the server and of JSON:API.',
  monitoring: 'Health, readiness and metrics. These operations are not part of `/v1`.',
}

/** What the operations with a tag are about; the description of the resource of that name. */
export const describeTag = (tag: string, resources: Resources): string | undefined =>
  TAGS[tag] ?? resources.find(tag.replaceAll(' ', '_'))?.description
