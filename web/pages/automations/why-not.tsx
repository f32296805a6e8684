import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { getAutomationWhyNot } from '../../api/generated.ts'
import { useMay } from '../../api/session.ts'
import { ContactSelect } from '../../parts/contact-select.tsx'
import { Moment, shownDay, useZone } from '../../parts/dates.tsx'
import { eventName } from '../../parts/effect-values.ts'
import { Card } from '../../parts/page.tsx'
import { Problem } from '../../parts/problem.tsx'
import { useAddress } from '../../parts/search.ts'
import { State, type Tone } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t, textOr } from '../../texts/translate.ts'
import { Conditions } from './conditions.tsx'
import { occurrenceSentence } from './occurrence-sentence.ts'

const TONES: Record<string, Tone> = { ran: 'good', runs: 'warn', failed: 'bad' }

/** Why the automation ran for a contact or did not, event by event. */
export function WhyNot({ automationId }: { automationId: string }) {
  const { subdomain: site } = useCurrentSite()
  const { search, change } = useAddress()
  const may = useMay()
  const zone = useZone()
  const contactId = search.contact ?? ''
  const { data, error } = useQuery({
    queryKey: ['automation_runs', 'why_not', automationId, contactId],
    queryFn: ({ signal }) =>
      getAutomationWhyNot(automationId, { 'filter[contact_id]': contactId }, { signal }),
    enabled: contactId !== '',
  })
  if (!may('view:contacts')) return null
  const explanation = contactId ? data?.data.attributes : undefined
  return (
    <Card title={t('automations.whyNot')}>
      <div className="fields">
        {!may('manage:automations') && (
          <ContactSelect
            label={t('automations.testContact')}
            value={contactId}
            onChange={(id) => change({ contact: id ?? undefined }, { replace: true })}
          />
        )}
        {error && <Problem error={error} />}
        <p>{explanation ? summaryOf(explanation, zone) : t('automations.whyNotText')}</p>
        {explanation && explanation.occurrences.length > 0 && (
          <ul className="lines">
            {explanation.occurrences.map((occurrence) => {
              const { event_id, occurred_at, outcome, run_id } = occurrence
              return (
                <li key={event_id} className="line">
                  <State tone={TONES[outcome] ?? 'plain'}>{textOr(`outcome.${outcome}`, outcome)}</State>
                  <span className="meta">
                    <Moment at={occurred_at} />
                  </span>
                  <span>{occurrenceSentence(occurrence, zone)}</span>
                  {run_id && (
                    <Link
                      to="/s/$site/automations/$id/runs/$run"
                      params={{ site, id: automationId, run: run_id }}
                    >
                      {t('runs.one', { id: run_id })}
                    </Link>
                  )}
                </li>
              )
            })}
          </ul>
        )}
        {explanation?.conditions && (
          <section>
            <h3 className="effects-title">{t('whyNot.conditionsNow')}</h3>
            <Conditions conditions={explanation.conditions} />
          </section>
        )}
      </div>
    </Card>
  )
}

function summaryOf(
  { event, disabled_at, occurrences }: { event: string; disabled_at: string | null; occurrences: unknown[] },
  zone: string,
): string {
  const key = occurrences.length > 0 ? 'whyNot.latest' : 'whyNot.none'
  const sentence = t(key, { event: eventName(event) })
  return disabled_at
    ? `${sentence} ${t('whyNot.disabled', { since: shownDay(disabled_at, zone) })}`
    : sentence
}
