import { useQuery } from '@tanstack/react-query'
import type { Complete } from '../../../api/documents.ts'
import { listProviderAccounts, type ProviderAccount } from '../../../api/generated.ts'
import { listOf } from '../../../api/queries.ts'
import { useMay } from '../../../api/session.ts'
import { Loading } from '../../../parts/loading.tsx'
import { Problem } from '../../../parts/problem.tsx'
import { useCurrentSite } from '../../../shell/use-site.ts'
import { ConnectStripe } from './connect-stripe.tsx'
import { StripeAccount } from './stripe-account.tsx'
import './stripe.css'

export type Account = Complete<ProviderAccount>

/** While the key is checked and the endpoint created. */
const EVERY_MS = 1_500

/** The Stripe accounts of the site: at most one for real money, and one for tests. */
export function StripeAccounts() {
  const { id } = useCurrentSite()
  const may = useMay()
  const { data, error, refetch } = useQuery({
    ...listOf('provider_accounts', listProviderAccounts, { 'filter[site_id]': id, sort: 'id' }),
    refetchInterval: ({ state }) =>
      state.data?.data.some(({ attributes }) => attributes.status === 'connecting') ? EVERY_MS : false,
  })
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  const accounts = data.data
  const modes = new Set(accounts.map(({ attributes }) => attributes.livemode))
  return (
    <>
      {accounts.map((account) => (
        <StripeAccount key={account.id} account={account} />
      ))}
      {modes.size < 2 && may('manage:provider_accounts') && (
        <ConnectStripe other={accounts[0]?.attributes.livemode} />
      )}
    </>
  )
}
