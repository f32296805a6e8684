import { type Command, Option } from 'commander'
import { pageDocument } from '../platform/jsonapi/document.ts'
import { loadPage } from '../platform/jsonapi/load.ts'
import { withLookedUpFilters } from '../platform/jsonapi/looked-up-filters.ts'
import { parseQuery } from '../platform/jsonapi/query.ts'
import type { Resource } from '../platform/jsonapi/resource.ts'
import { orders } from '../sales/orders/orders.resource.ts'
import { payouts } from '../sales/payouts/payouts.resource.ts'
import { purchases } from '../sales/purchases/purchases.resource.ts'
import { transactions } from '../sales/transactions/transactions.resource.ts'
import { findContactId, findOperatorOfContact } from './contacts.ts'
import { type OutputOptions, print, subcommand, table } from './output.ts'
import { ACCOUNT_OPTION, chooseSite, SITE_OPTION, withApp } from './with-app.ts'

interface Sales {
  /** As in `bestow orders`. */
  name: string
  description: string
  resource: Resource
  /** Attributes that the table shows, besides the customer. */
  columns: string[]
  /** They are those of a customer. */
  ofCustomer: boolean
}

const SALES: Sales[] = [
  {
    name: 'orders',
    description: 'orders: what customers bought at once',
    resource: orders,
    columns: ['created_at', 'order_number', 'formatted_total_price', 'currency_code', 'provider'],
    ofCustomer: true,
  },
  {
    name: 'purchases',
    description: 'purchases: offers that customers bought',
    resource: purchases,
    columns: ['created_at', 'payment_type', 'amount_in_cents', 'currency', 'status', 'deactivated_at'],
    ofCustomer: true,
  },
  {
    name: 'transactions',
    description: 'transactions: payments, refunds and disputes',
    resource: transactions,
    columns: ['created_at', 'action', 'state', 'formatted_amount', 'currency', 'provider'],
    ofCustomer: true,
  },
  {
    name: 'payouts',
    description: 'payouts of payment providers',
    resource: payouts,
    columns: ['initiated_date', 'status', 'amount', 'currency', 'bank_account'],
    ofCustomer: false,
  },
]

interface Options extends OutputOptions {
  account?: string
  site?: string
  contact?: string
  from?: string
  to?: string
  limit: string
}

/** `bestow orders list` and the like: the latest of each, as the API shows them. */
export function salesCommands(program: Command): void {
  for (const sales of SALES) {
    const command = program.command(sales.name).description(sales.description)
    const list = subcommand(command, 'list', `list the latest ${sales.name}`)
      .addOption(new Option('--limit <count>', 'how many, from 1 to 500').default('100'))
      .option('--from <day>', 'only from this day on, in the time zone of the site')
      .option('--to <day>', 'only until this day')
      .option(...SITE_OPTION)
      .option(...ACCOUNT_OPTION)
    if (sales.ofCustomer) list.option('--contact <id or e-mail>', 'only of this contact')
    list.action((options: Options) => run(sales, options))
  }
}

async function run({ name, resource, columns, ofCustomer }: Sales, options: Options): Promise<void> {
  const shown = await withApp(`${name} list`, async (app) => {
    const { contact, account, site, from, to, limit } = options
    const operator = await findOperatorOfContact(app, contact ?? '', { account, site })
    const siteIds = site === undefined ? operator.scope.siteIds : [chooseSite(operator.scope, site)]
    const scope = { ...operator.scope, siteIds }
    const parameters = {
      'page[size]': limit,
      ...(contact && { 'filter[contact_id]': await findContactId(app, operator, contact, site) }),
      ...(from && { 'filter[start_date]': from }),
      ...(to && { 'filter[end_date]': to }),
    }
    const found = {
      ...(await withLookedUpFilters(app.db, resource, parameters, scope)),
      listNeedsSite: false,
    }
    const query = parseQuery(found, parameters, scope)
    return pageDocument(await loadPage(app.db, found, query, scope), query, parameters, scope).data
  })
  const rows = shown.map(({ id, attributes, relationships }) => ({
    id,
    ...(ofCustomer && { customer: customerOf(relationships) }),
    ...Object.fromEntries(columns.map((column) => [column, String(attributes[column] ?? '-')])),
  }))
  print(
    options,
    shown.map(({ id, attributes }) => ({ id, ...attributes })),
    table(rows, `There are no ${name}.`),
  )
}

const customerOf = (relationships: Record<string, unknown>): string =>
  (relationships.customer as { data: { id: string } | null }).data?.id ?? '-'
