import { Button, SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type AnyResource, type Complete, findIncluded } from '../../api/documents.ts'
import { getWebhookDelivery, replayWebhookDelivery, type WebhookDelivery } from '../../api/generated.ts'
import { oneOf, refresh } from '../../api/queries.ts'
import { useMay } from '../../api/session.ts'
import { Code } from '../../parts/code.tsx'
import { Moment } from '../../parts/dates.tsx'
import { Panel } from '../../parts/dialog.tsx'
import { hookEventName } from '../../parts/effect-values.ts'
import { attempt, notify } from '../../parts/forms.tsx'
import { ReplayIcon } from '../../parts/icons.tsx'
import { Facts } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { State, StateOf } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { plural, t, textOr } from '../../texts/translate.ts'
import './deliveries.css'

type Delivery = Complete<WebhookDelivery>['attributes']
type Attempt = Delivery['attempts'][number]

/** "500", or what has prevented a response. */
export const resultOf = ({ response_status, error }: Attempt): string =>
  response_status === null
    ? textOr(`deliveryError.${error}`, error ?? t('deliveries.noResponse'))
    : String(response_status)

/** A delivery with each attempt, its request and the response. */
export function DeliveryPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error } = useQuery(
    oneOf('webhook_deliveries', getWebhookDelivery, id, { include: 'hook,contact' }),
  )
  const delivery = data?.data.attributes
  return (
    <Panel onClose={onClose} size="xl" title={t('deliveries.one', { id })}>
      {error && <Problem error={error} />}
      {delivery && (
        <div className="fields">
          <About
            delivery={delivery}
            hook={findIncluded(data, data.data.relationships.hook?.data)}
            contact={findIncluded(data, data.data.relationships.contact?.data)}
          />
          <Replay id={id} />
          <Attempts attempts={delivery.attempts} />
          <Request delivery={delivery} />
        </div>
      )}
    </Panel>
  )
}

interface AboutProps {
  delivery: Delivery
  hook: AnyResource | undefined
  contact: AnyResource | undefined
}

function About({ delivery, hook, contact }: AboutProps) {
  const { subdomain: site } = useCurrentSite()
  return (
    <Facts
      facts={{
        [t('deliveries.state')]: <StateOf status={delivery.status} />,
        [t('deliveries.event')]: hookEventName(delivery.event),
        [t('deliveries.to')]: hook && String(hook.attributes.target_url),
        [t('activity.whom')]: contact && (
          <Link to="/s/$site/contacts/$id" params={{ site, id: contact.id }}>
            {String(contact.attributes.name || contact.attributes.email)}
          </Link>
        ),
        [t('deliveries.id')]: <code>{delivery.webhook_id}</code>,
        [t('deliveries.next')]: <Moment at={delivery.next_attempt_at} />,
      }}
    />
  )
}

function Replay({ id }: { id: string }) {
  if (!useMay()('manage:hooks')) return null
  return (
    <div>
      <Button
        variant="default"
        leftSection={<ReplayIcon size={16} />}
        onClick={() =>
          void attempt(async () => {
            await replayWebhookDelivery(id)
            await refresh('webhook_deliveries')
            notify(t('deliveries.replayed'))
          })
        }
      >
        {t('deliveries.replay')}
      </Button>
    </div>
  )
}

function Attempts({ attempts }: { attempts: Attempt[] }) {
  return (
    <section>
      <h2>{plural('deliveries.attempts', attempts.length)}</h2>
      <ol className="attempts">
        {attempts.map(({ number, begun_at, duration_ms, response_status, response_body, error }) => (
          <li key={number}>
            <div className="attempt-head">
              <State tone={response_status && response_status < 300 ? 'good' : 'bad'}>
                {response_status ?? t('deliveries.noResponse')}
              </State>
              <Moment at={begun_at} />
              <span className="meta">{t('deliveries.took', { ms: duration_ms })}</span>
            </div>
            {error && <p>{textOr(`deliveryError.${error}`, error)}</p>}
            {response_body && <pre>{response_body}</pre>}
          </li>
        ))}
      </ol>
    </section>
  )
}

/** What was sent last: its body, its headers, and a command that sends the same. */
function Request({ delivery: { body, attempts } }: { delivery: Delivery }) {
  const [view, setView] = useState('body')
  const request = attempts.at(-1)?.request
  return (
    <section>
      <div className="request-head">
        <h2>{t('deliveries.body')}</h2>
        {request && (
          <SegmentedControl
            size="xs"
            value={view}
            onChange={setView}
            data={[
              { value: 'body', label: t('deliveries.content') },
              { value: 'headers', label: t('deliveries.headers') },
              { value: 'curl', label: 'curl' },
            ]}
          />
        )}
      </div>
      {view === 'body' && <pre className="email-source">{readable(body)}</pre>}
      {view === 'headers' && (
        <pre className="email-source">
          {Object.entries(request?.headers ?? {})
            .map(([name, value]) => `${name}: ${value}`)
            .join('\n')}
        </pre>
      )}
      {view === 'curl' && request && <Code label="curl" code={asCurl(request, body)} />}
    </section>
  )
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

function asCurl({ url, headers }: Attempt['request'], body: string | null): string {
  const sent = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length')
  return [
    `curl ${quoted(url)}`,
    ...sent.map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)}`),
    `  -d ${quoted(body ?? '')}`,
  ].join(' \\\n')
}

function readable(body: string | null): string {
  if (body === null) return ''
  try {
    return JSON.stringify(JSON.parse(body), null, 2)
  } catch {
    return body
  }
}
