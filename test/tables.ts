/** Which folder of src/ may name which table, and what a file names. */
import { resources } from '../src/resources.ts'

/** The tables of each module. */
export const TABLES: Record<string, string[]> = {
  accounts: [
    'accounts',
    'users',
    'roles',
    'api_keys',
    'invitations',
    'token_families',
    'passkeys',
    'spent_challenges',
    'sites',
  ],
  automations: ['automations', 'automation_versions', 'automation_runs', 'automation_run_steps'],
  bulk: ['bulk_jobs', 'bulk_job_rows'],
  imports: ['imports', 'import_rows', 'server_imports', 'server_import_lists', 'server_import_rows'],
  catalogue: [
    'offers',
    'offer_products',
    'former_activation_tokens',
    'products',
    'course_modules',
    'course_lessons',
    'lesson_media',
    'course_progress',
    'lesson_completions',
    'uploads',
    'podcasts',
    'blog_posts',
    'landing_pages',
    'website_pages',
  ],
  emails: ['emails', 'email_templates', 'email_layouts', 'email_budgets'],
  forms: ['forms', 'form_fields', 'form_offers', 'form_tags', 'form_submissions'],
  grants: ['offer_grants', 'holdings'],
  links: ['member_links', 'user_links'],
  members: ['member_sessions'],
  payments: [
    'provider_accounts',
    'provider_customers',
    'provider_events',
    'provider_objects',
    'offer_provider_products',
    'checkouts',
  ],
  people: [
    'contacts',
    'contact_aliases',
    'contact_counts',
    'contact_external_ids',
    'contact_custom_values',
    'contact_notes',
    'customers',
    'contact_tags',
    'custom_fields',
    'segments',
    'taggings',
  ],
  operations: ['last_backup', 'access_counts', 'access_counted', 'access_corrections'],
  sales: [
    'orders',
    'order_numbers',
    'order_items',
    'purchases',
    'purchase_blocks',
    'subscriptions',
    'subscription_states',
    'transactions',
    'transaction_purchases',
    'disputes',
    'payouts',
    'payout_entries',
    'coupons',
    'coupon_offers',
    'coupon_redemptions',
    'transaction_counts',
    'sale_counts',
  ],
  'platform/auth': ['api_key_uses', 'attempts'],
  'platform/clock': ['clock'],
  'platform/events': ['events'],
  'platform/http': ['idempotency_keys'],
  webhooks: ['hooks', 'hook_secrets', 'webhook_deliveries', 'webhook_attempts', 'removed_deliveries'],
}

interface Exception {
  /** A folder or file of src/. */
  in: string
  /** Tables of other modules that it names. */
  tables: string[] | 'all'
  because: string
}

export const EXCEPTIONS: Exception[] = [
  {
    in: 'operations',
    tables: 'all',
    because: 'it looks at all modules: doctor, timeline, health, retention',
  },
  {
    in: 'dry-runs',
    tables: 'all',
    because: 'it describes what a change and its reactions have written, in any module',
  },
  {
    in: 'worker/advance-clock.ts',
    tables: ['member_links', 'member_sessions', 'token_families'],
    because: 'it counts the sign-ins that end when the clock is moved',
  },
  {
    in: 'accounts/api-keys',
    tables: ['api_key_uses'],
    because: 'a key is shown with its last use',
  },
  {
    in: 'imports',
    tables: ['sites'],
    because: 'days of a file are those of the site, and an id is used once on all sites of the account',
  },
  { in: 'exports', tables: 'all', because: 'a file has data of many modules in a row' },
  { in: 'demo', tables: 'all', because: 'it fills a fresh database' },
  {
    in: 'grants',
    tables: ['contacts', 'customers', 'offers', 'offer_products', 'sites'],
    because: 'a grant is one call of one database function: decision 0001',
  },
  {
    in: 'platform/auth/authenticate.sql',
    tables: ['api_keys', 'roles', 'sites', 'token_families', 'users'],
    because: 'the function of a grant checks the token itself: decision 0004',
  },
  {
    in: 'sales',
    tables: ['contacts', 'customers', 'holdings', 'offer_grants', 'offer_products', 'offers', 'sites'],
    because:
      'a sale is one call of one database function, as a grant is; access and revenue follow from settings of the site, and who may claim an offer from what they had of it',
  },
  {
    in: 'emails',
    tables: [
      'accounts',
      'contacts',
      'course_lessons',
      'custom_fields',
      'customers',
      'events',
      'form_submissions',
      'holdings',
      'hooks',
      'invitations',
      'member_links',
      'offer_grants',
      'offer_products',
      'offers',
      'products',
      'sites',
      'users',
    ],
    because: 'the data of a batch of e-mails is read in one query',
  },
  {
    in: 'webhooks',
    tables: ['contacts', 'events', 'forms', 'form_offers'],
    because:
      'a body is kept only while its contact is locked and not deleted; replays read the log in windows; the body of an offer names its forms',
  },
  {
    in: 'forms',
    tables: ['custom_fields', 'hooks', 'sites'],
    because:
      'the webhook of a form is the target of its hook, its page is on its site, and it asks for custom fields',
  },
  {
    in: 'automations',
    tables: ['contacts', 'events'],
    because: 'runs are claimed together with their contact and what started them',
  },
  {
    in: 'members',
    tables: [
      'customers',
      'offer_grants',
      'offer_products',
      'offers',
      'products',
      'purchases',
      'holdings',
      'sites',
    ],
    because: 'a member is a customer who signs in; the library is one query over all ways to a product',
  },
  {
    in: 'people',
    tables: [
      'emails',
      'form_submissions',
      'forms',
      'holdings',
      'offer_grants',
      'offer_products',
      'offers',
      'products',
      'purchases',
    ],
    because:
      'filters and relationships of contacts join what contacts hold, were sent and have submitted, and name it',
  },
  {
    in: 'people/customers/end-sessions.ts',
    tables: ['member_sessions'],
    because: 'a changed address signs the member out in the same transaction, and members/ is above people/',
  },
  {
    in: 'catalogue',
    tables: ['holdings', 'sites'],
    because: 'a product counts its members, and what is published has its address on its site',
  },
  {
    in: 'catalogue/course-progress',
    tables: ['contacts', 'customers'],
    because: 'progress is that of a customer, and is recorded while the contact is locked',
  },
  {
    in: 'platform/events',
    tables: ['sites'],
    because: 'an event is dispatched with the settings of its site',
  },
  {
    in: 'platform/auth/key-uses.ts',
    tables: ['token_families'],
    because: 'the last use of a session is written as that of a key',
  },
  {
    in: 'platform/http/recent-sign-in.ts',
    tables: ['passkeys', 'token_families', 'users'],
    because: 'routes declare that they need a recent sign-in, as they declare permissions',
  },
  {
    in: 'platform/jsonapi',
    tables: ['sites'],
    because: 'what belongs to an account is found by the sites of the caller',
  },
  {
    in: 'platform/http',
    tables: ['sites'],
    because: 'kept answers belong to an account, contacts to a site',
  },
  {
    in: 'platform/records/resolve-days.ts',
    tables: ['sites'],
    because: 'a day is one in the time zone of its site',
  },
  {
    in: 'platform/records/reserve-id.ts',
    tables: ['course_lessons', 'course_modules', 'lesson_media'],
    because: 'it is the list of tables with ids that clients can choose',
  },
  {
    in: 'platform/references',
    tables: ['contact_tags', 'email_templates', 'forms', 'hooks', 'offers', 'products', 'segments'],
    because: 'it is the list of what automations and hooks can name',
  },
  {
    in: 'cli/secrets.ts',
    tables: ['former_activation_tokens', 'hook_secrets', 'hooks', 'offers', 'provider_accounts'],
    because: 'it reseals every sealed column',
  },
]

/** Files that name tables by a parameter. */
export const NAMED_BY_PARAMETER = [
  'accounts/find-accounts.ts',
  'catalogue/courses/sequence.ts',
  'catalogue/pages/read-published.ts',
  'catalogue/public-addresses.ts',
  'catalogue/uploads/content-naming.ts',
  'cli/secrets.ts',
  'demo/demo.ts',
  'forms/accept-submission.ts',
  'forms/forms.resource.ts',
  'forms/set-linked.ts',
  'operations/clean-up.ts',
  'platform/merging.ts',
  'platform/queue/jobs.ts',
  'platform/queue/schedule.ts',
  'platform/records/lock-one.ts',
  'platform/records/reserve-id.ts',
  'platform/references/referable.ts',
  'sales/kept-counts.ts',
]

const all = Object.values(TABLES).flat()
const types = new Set(resources.map(({ type }) => type))
/** Names that cannot be the type of a resource or a word: wherever they occur, the table is meant. */
const DISTINCT = all.filter((name) => /_/.test(name) && !types.has(name))

const comments = /\/\*[\s\S]*?\*\/|(?<=^|\s)(?:\/\/|--).*$/gm
const inSql = /\b(?:from|join|into|update|using)\s+(?:only\s+)?([a-z_]+)\b|sql`\s*([a-z_]+)\s+[a-z]\b/g
const inKysely = /(?:From|Into|Table|Join|using|table)(?:<[^>]*>)?\(\s*'([a-z_]+)|\btable: '([a-z_]+)'/g

/** The tables that a file names, in SQL or to Kysely. */
export function tablesIn(text: string): string[] {
  const code = text.replace(comments, '')
  const found = [...code.matchAll(inSql), ...code.matchAll(inKysely)].map(([, one, other]) => one ?? other!)
  const words = new Set(code.match(/[a-z_]+/g))
  return [
    ...new Set([
      ...found.filter((name) => all.includes(name)),
      ...DISTINCT.filter((name) => words.has(name)),
    ]),
  ]
}

const isIn = (file: string, place: string) => file === place || file.startsWith(`${place}/`)

/** Tables that a file names and that are neither its module's nor an exception. */
export const foreignTables = (file: string, text: string, exceptions = EXCEPTIONS): string[] =>
  tablesIn(text).filter(
    (table) =>
      !Object.entries(TABLES).some(([folder, tables]) => isIn(file, folder) && tables.includes(table)) &&
      !exceptions.some(
        ({ in: place, tables }) => isIn(file, place) && (tables === 'all' || tables.includes(table)),
      ),
  )
