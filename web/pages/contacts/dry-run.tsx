import { Skeleton } from '@mantine/core'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { addOffersToContact, type Effect, removeOffersFromContact } from '../../api/generated.ts'
import { useZone } from '../../parts/dates.tsx'
import { StopIcon } from '../../parts/icons.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useNames } from '../../parts/resource-names.ts'
import { t } from '../../texts/translate.ts'
import { effectSentence } from './effect-sentence.ts'

interface Body {
  data: { type: 'offers'; id: string }[]
  meta?: Record<string, unknown>
}

const REQUESTS = { grant: addOffersToContact, revoke: removeOffersFromContact }

/** Asks what a grant or its end would cause, without doing it. */
export const useDryRun = (kind: keyof typeof REQUESTS, contactId: string, body: Body) =>
  useQuery({
    queryKey: ['dry_runs', kind, contactId, body],
    queryFn: async ({ signal }) => {
      const { meta } = await REQUESTS[kind](contactId, body, { dry_run: true }, { signal })
      return meta?.effects ?? []
    },
    enabled: body.data.length > 0,
    staleTime: 0,
    retry: false,
  })

/** What the server says that would happen. */
export function Effects({ query: { data: effects, error, isLoading } }: { query: UseQueryResult<Effect[]> }) {
  const zone = useZone()
  const title = useNames({ offers: effects?.flatMap(({ offer_id }) => offer_id ?? []) ?? [] })
  const names = { offer: (id: string) => title('offers', id), zone }
  if (error) return <Problem error={error} />
  if (!effects) return isLoading ? <Skeleton height={120} className="late" /> : null
  return (
    <section aria-live="polite">
      <h3 className="effects-title">{t('dryRun.title')}</h3>
      {!effects.some(({ happens }) => happens) && <p className="effects">{t('dryRun.nothing')}</p>}
      <EffectList
        effects={effects.map((effect) => ({ ...effect, sentence: effectSentence(effect, names) }))}
      />
    </section>
  )
}

/** Sentences: what would happen, in its order, and what would not, with the reason. */
export function EffectList({ effects }: { effects: Pick<Effect, 'sentence' | 'happens'>[] }) {
  const happening = effects.filter(({ happens }) => happens)
  const others = effects.filter(({ happens }) => !happens)
  return (
    <>
      {happening.length > 0 && (
        <ol className="effects">
          {happening.map(({ sentence }) => (
            <li key={sentence}>{sentence}</li>
          ))}
        </ol>
      )}
      {others.length > 0 && (
        <ul className="not-happening">
          {others.map(({ sentence }) => (
            <li key={sentence} className="not-happening-line">
              <StopIcon size={14} />
              {sentence}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
