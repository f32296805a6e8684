import { Button, TextInput } from '@mantine/core'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { getSiteDomainCheck } from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'
import { CardForm } from '../../parts/card-form.tsx'
import { Code } from '../../parts/code.tsx'
import { Moment } from '../../parts/dates.tsx'
import { Loading } from '../../parts/loading.tsx'
import { Card, Facts } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { State, type Tone } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { type TextKey, t } from '../../texts/translate.ts'
import { useSiteForm } from './use-site-form.ts'

const EVERY_MS = 15_000

const TONES: Record<string, Tone> = {
  connected: 'good',
  elsewhere: 'warn',
  missing: 'bad',
  unknown: 'plain',
}

const checkOf = (id: string, domain: string | null) =>
  queryOptions({
    queryKey: ['domain_checks', id, domain],
    queryFn: ({ signal }) => getSiteDomainCheck(id, { signal }),
    // Until the record has reached DNS.
    refetchInterval: ({ state: { data } }) =>
      data?.data.attributes.status === 'connected' ? false : EVERY_MS,
  })

/** A domain of the site's own, and whether DNS refers to this server. */
export function DomainSettings() {
  const { id } = useCurrentSite()
  const isReadOnly = !useMay()('configure:sites')
  const { values, set, ...form } = useSiteForm(['custom_domain'])
  return (
    <>
      <CardForm title={t('settings.domain')} {...form} isReadOnly={isReadOnly} onSubmit={form.save}>
        {(errors) => (
          <TextInput
            label={t('settings.ownDomain')}
            description={t('settings.ownDomainHint')}
            placeholder="members.example.com"
            value={values.custom_domain ?? ''}
            error={errors.custom_domain}
            onChange={({ currentTarget }) => set({ custom_domain: currentTarget.value || null })}
          />
        )}
      </CardForm>
      {!form.isChanged && values.custom_domain && <Check id={id} domain={values.custom_domain} />}
    </>
  )
}

/** A host is referred to by its name, so that its addresses can change. */
const recordFor = (domain: string, host: string): string =>
  /^[\d.]+$|:/.test(host)
    ? `${domain}.  ${host.includes(':') ? 'AAAA' : 'A'}  ${host}`
    : `${domain}.  CNAME  ${host}.`

function Check({ id, domain }: { id: string; domain: string }) {
  const { data, error, refetch, isFetching } = useQuery(checkOf(id, domain))
  if (error) return <Problem error={error} retry={() => void refetch()} />
  if (!data) return <Loading />
  const { status, expected_host, expected_addresses, found_addresses, checked_at } = data.data.attributes
  return (
    <Card
      title={t('settings.check')}
      action={
        <Button variant="default" size="xs" loading={isFetching} onClick={() => void refetch()}>
          {t('settings.checkAgain')}
        </Button>
      }
    >
      <p aria-live="polite">
        <State tone={TONES[status] ?? 'plain'}>{t(`settings.domain.${status}` as TextKey)}</State>
      </p>
      <Facts
        facts={{
          [t('settings.expected')]: [...new Set([expected_host, ...expected_addresses])].join(', '),
          [t('settings.found')]: found_addresses.join(', ') || null,
          [t('settings.checked')]: <Moment at={checked_at} />,
        }}
      />
      {status !== 'connected' && (
        <>
          <p>{t('settings.record')}</p>
          <Code label={t('settings.record')} code={recordFor(domain, expected_host)} />
        </>
      )}
    </Card>
  )
}
