import { Type } from 'typebox'
import type { Api, Json } from '../api.ts'
import { Refusal } from '../api.ts'
import { Id, lines, type Tool } from '../tool.ts'

const MOST_LISTED = 20

/** What can fail: where failures are listed, what describes one, and how one is tried again. */
interface Kind {
  path: string
  describe: (attributes: Json) => string
  /** Null: there is nothing to repeat; the sentence says what to do. */
  retry: ((id: string) => string) | null
}

const KINDS: Record<'emails' | 'webhook_deliveries' | 'automation_runs', Kind> = {
  emails: {
    path: '/v1/emails',
    describe: ({ kind, to_email, response }) => `${kind} to ${to_email}: ${response}`,
    retry: null,
  },
  webhook_deliveries: {
    path: '/v1/webhook_deliveries',
    describe: ({ event, attempts }) => {
      const last = attempts.at(-1)
      return `${event}: ${last?.response_status ?? last?.error}`
    },
    retry: (id) => `/v1/webhook_deliveries/${id}/replay`,
  },
  automation_runs: {
    path: '/v1/automation_runs',
    describe: ({ error }) => error,
    retry: (id) => `/v1/automation_runs/${id}/retry`,
  },
}

type KindName = keyof typeof KINDS

const kindInput = Type.Union(Object.keys(KINDS).map((name) => Type.Literal(name as KindName)))

const listFailures: Tool = {
  name: 'list_failures',
  title: 'List failures',
  description:
    'Lists what has failed permanently, with its error: e-mails, webhook deliveries or automation runs.',
  input: Type.Object({ kind: kindInput }),
  permissions: ['view:emails', 'view:hooks', 'view:automations'],
  effect: 'reads',
  run: ({ api }, { kind }: { kind: KindName }) => list(api, kind),
}

async function list(api: Api, name: KindName): Promise<string> {
  const { path, describe } = KINDS[name]
  const { data, meta } = await api.get(path, {
    'filter[status]': 'failed',
    sort: '-created_at',
    'page[size]': String(MOST_LISTED),
  })
  const failed = data.map(
    ({ id, attributes }: Json) => `${id}  ${attributes.created_at}  ${describe(attributes)}`,
  )
  const rest = meta.total_count - data.length
  return lines([...failed, ...(rest > 0 ? [`… and ${rest} more.`] : [])], 'Nothing has failed.')
}

const retryFailures: Tool = {
  name: 'retry_failures',
  title: 'Retry failures',
  description: 'Tries failed webhook deliveries or automation runs again.',
  input: Type.Object({
    kind: Type.Union([Type.Literal('webhook_deliveries'), Type.Literal('automation_runs')]),
    ids: Type.Array(Id('failure'), { minItems: 1, maxItems: MOST_LISTED, description: 'From list_failures' }),
  }),
  permissions: ['manage:hooks', 'manage:automations'],
  effect: 'adds',
  isIdempotent: false,
  async run({ api }, { kind, ids }: { kind: KindName; ids: string[] }) {
    const results: string[] = []
    for (const id of ids) {
      const result = await api.request('POST', KINDS[kind].retry!(id)).then(
        () => 'will be tried again',
        (error) => {
          // The others are still tried.
          if (error instanceof Refusal) return error.message
          throw error
        },
      )
      results.push(`${id}: ${result}`)
    }
    return lines(results, '')
  },
}

export const failureTools: Tool[] = [listFailures, retryFailures]
