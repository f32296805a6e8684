import { useDebouncedValue } from '@mantine/hooks'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { BulkJobPrediction } from '../../api/generated.ts'
import { Problem } from '../../parts/problem.tsx'
import { useNames } from '../../parts/resource-names.ts'
import { plural, t, textOr } from '../../texts/translate.ts'
import { EffectList } from '../contacts/dry-run.tsx'
import type { Act } from './acts.ts'
import { countedSentence } from './counted-sentence.ts'

type Prediction = BulkJobPrediction['meta']

const ASK_AFTER_MS = 300

/** Asks what the job would do, without doing it. */
export function usePrediction(act: Act, body: never, isReady: boolean) {
  const [asked] = useDebouncedValue(JSON.stringify(body), ASK_AFTER_MS)
  return useQuery({
    queryKey: ['dry_runs', 'bulk', act.name, asked],
    queryFn: async ({ signal }) => {
      const answer = await act.send(JSON.parse(asked) as never, { dry_run: true }, { signal })
      return (answer as BulkJobPrediction).meta
    },
    enabled: isReady && asked === JSON.stringify(body),
    staleTime: 0,
    retry: false,
  })
}

/** The statement of what will happen. */
export function Statement({ query: { data, error, isFetching } }: { query: UseQueryResult<Prediction> }) {
  const name = useNames({
    offers: data?.effects.flatMap(({ offer_id }) => offer_id ?? []) ?? [],
    contact_tags: data?.effects.flatMap(({ tag_id }) => tag_id ?? []) ?? [],
  })
  const names = {
    offer: (id: string) => name('offers', id),
    tag: (id: string) => name('contact_tags', id),
  }
  if (error) return <Problem error={error} />
  if (!data) return isFetching ? <p className="meta">{t('bulk.asking')}</p> : null
  const { effects, failures, tried, total } = data
  return (
    <section aria-live="polite">
      <h3 className="effects-title">{t('dryRun.title')}</h3>
      {!effects.some(({ happens }) => happens) && <p className="effects">{t('dryRun.nothing')}</p>}
      <EffectList
        effects={effects.map((effect) => ({ ...effect, sentence: countedSentence(effect, names) }))}
      />
      {failures.length > 0 && (
        <ul className="not-happening">
          {failures.map(({ code, detail, rows }) => (
            <li key={`${code} ${detail}`}>{plural('bulk.wouldFail', rows, { detail })}</li>
          ))}
        </ul>
      )}
      {tried < total && <p className="meta">{plural('bulk.tried', tried)}</p>}
    </section>
  )
}

/** The state of a row in a word. */
export const rowStatus = (status: string): string => textOr(`bulk.row.${status}`, status)
