import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { addOffersToContact, removeOffersFromContact } from '../../api/generated.ts'
import { Problem } from '../../parts/problem.tsx'
import { t } from '../../texts/translate.ts'

interface Body {
  data: { type: 'offers'; id: string }[]
  meta?: Record<string, unknown>
}

/** What the server says would happen. */
export interface DryRun {
  meta?: { effects?: { sentence: string }[] }
}

type DryRunRequest = (
  id: string,
  body: Body,
  params: { dry_run: boolean },
  init: RequestInit,
) => Promise<DryRun>

const REQUESTS = { grant: addOffersToContact, revoke: removeOffersFromContact }

/** Asks what a grant or its end would cause, without doing it. */
export const useDryRun = (kind: keyof typeof REQUESTS, contactId: string, body: Body) =>
  useQuery({
    queryKey: ['dry_runs', kind, contactId, body],
    queryFn: ({ signal }) =>
      (REQUESTS[kind] as unknown as DryRunRequest)(contactId, body, { dry_run: true }, { signal }),
    enabled: body.data.length > 0,
    staleTime: 0,
    retry: false,
  })

/** The sentences of the server, in the order in which they would come true. */
export function Effects({ query: { data, error } }: { query: UseQueryResult<DryRun> }) {
  if (error) return <Problem error={error} />
  const effects = data?.meta?.effects
  if (!effects) return null
  return (
    <section aria-live="polite">
      <h3 className="effects-title">{t('dryRun.title')}</h3>
      <ol className="effects">
        {effects.map(({ sentence }) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ol>
    </section>
  )
}
