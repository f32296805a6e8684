import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { listApiKeys } from '../../api/generated.ts'
import { listOf } from '../../api/queries.ts'
import { Code } from '../../parts/code.tsx'
import { relative, useZone } from '../../parts/dates.tsx'
import { LeftIcon } from '../../parts/icons.tsx'
import { Card, Heading } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { State } from '../../parts/state.tsx'
import { t } from '../../texts/translate.ts'
import { LANGUAGES, type Snippet, snippets } from './snippets.ts'

const EVERY_MS = 3_000

/** What a developer needs to connect a program: the base URL, a request in their language, and whether it arrived. */
export function Connect() {
  const { search, change } = useAddress()
  const zone = useZone()
  const chosen = (search.language ?? 'curl') as Snippet
  const since = useQuery({
    ...listOf('api_keys', listApiKeys, { sort: '-last_used_at', 'page[size]': 1 } as never),
    refetchInterval: EVERY_MS,
  })
  const last = since.data?.data[0]?.attributes
  return (
    <>
      <Heading
        back={
          <Link to="/account/keys">
            <LeftIcon size={16} />
            {t('keys.title')}
          </Link>
        }
        title={t('connect.title')}
        lead={t('connect.lead')}
      />
      <Card title={t('connect.base')}>
        <Code label={t('connect.base')} code={location.origin} />
      </Card>
      <Card title={t('connect.request')}>
        <SegmentedControl
          mb={12}
          value={chosen}
          onChange={(language) => change({ language }, { replace: true })}
          data={LANGUAGES}
        />
        <Code label={t('connect.request')} code={snippets[chosen](location.origin)} />
      </Card>
      <Card title={t('connect.arrived')}>
        <p aria-live="polite">
          {last?.last_used_at ? (
            <State tone="good">
              {t('connect.used', { name: last.name, when: relative(last.last_used_at, zone) })}
            </State>
          ) : (
            <State tone="warn">{t('connect.waiting')}</State>
          )}
        </p>
      </Card>
    </>
  )
}
