import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { getProviderAccount, testProviderAccountWebhook } from '../../../api/generated.ts'
import { refresh } from '../../../api/queries.ts'
import { Problem } from '../../../parts/problem.tsx'
import { State } from '../../../parts/state.tsx'
import { t } from '../../../texts/translate.ts'

const EVERY_MS = 1_500

/** Has Stripe send a notification, and waits until it has arrived. @param lastAt when the last one arrived */
export function TestWebhook({ id, lastAt }: { id: string; lastAt: string | null }) {
  const test = useMutation({ mutationFn: () => testProviderAccountWebhook(id) })
  const requestedAt = test.data?.meta.requested_at
  const hasArrived = requestedAt !== undefined && lastAt !== null && lastAt >= requestedAt
  useQuery({
    queryKey: ['webhook_tests', id, requestedAt],
    queryFn: async ({ signal }) => {
      const { data } = await getProviderAccount(id, undefined, { signal })
      const at = data.attributes.last_notification_at ?? null
      if (at !== null && at >= requestedAt!) await refresh('provider_accounts')
      return at
    },
    enabled: requestedAt !== undefined && !hasArrived,
    refetchInterval: EVERY_MS,
  })
  return (
    <div aria-live="polite" className="webhook-test">
      <Button
        variant="default"
        size="xs"
        loading={test.isPending || (requestedAt !== undefined && !hasArrived)}
        onClick={() => test.mutate()}
      >
        {t('payments.test')}
      </Button>
      {hasArrived && <State tone="good">{t('payments.arrived')}</State>}
      {requestedAt !== undefined && !hasArrived && <span className="meta">{t('payments.waiting')}</span>}
      {test.error && <Problem error={test.error} />}
    </div>
  )
}
