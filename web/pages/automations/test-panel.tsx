import { Button } from '@mantine/core'
import { useState } from 'react'
import { type TestAutomation200Meta, testAutomationDraft } from '../../api/generated.ts'
import { ContactSelect } from '../../parts/contact-select.tsx'
import { Moment } from '../../parts/dates.tsx'
import { eventName } from '../../parts/effect-values.ts'
import { PlayIcon } from '../../parts/icons.tsx'
import { Card } from '../../parts/page.tsx'
import { isNameable } from '../../parts/resource-names.ts'
import { ResourceSelect } from '../../parts/resource-select.tsx'
import { useAddress } from '../../parts/search.ts'
import { State, type Tone } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { type TextKey, t, textOr } from '../../texts/translate.ts'
import { Conditions } from './conditions.tsx'
import { useStepSentences } from './definition.tsx'
import { attributesOf, type Draft } from './draft.ts'
import { useParts } from './parts.ts'

interface TestPanelProps {
  draft: Draft
  isEnabled: boolean
  /** What is wrong with the draft is shown at its blocks. */
  onError: (error: unknown) => void
}

interface Tested extends TestAutomation200Meta {
  /** Of the trigger. */
  event: string
}

/** What the draft would do for a contact: nothing is written. */
export function TestPanel({ draft, isEnabled, onError }: TestPanelProps) {
  const { id: siteId } = useCurrentSite()
  const { search, change } = useAddress()
  const { triggers } = useParts()
  const [resourceId, setResourceId] = useState('')
  const [result, setResult] = useState<Tested | null>(null)
  const [isTesting, setTesting] = useState(false)
  const type = triggers.find(({ event }) => event === draft.event)?.resource_type
  const asksResource = type && isNameable(type) && draft.resourceId === null
  async function test() {
    setTesting(true)
    onError(null)
    try {
      const { meta } = await testAutomationDraft({
        data: {
          type: 'automations',
          attributes: {
            ...attributesOf(draft),
            name: draft.name || t('automations.add'),
            enabled: isEnabled,
          },
          relationships: { site: { data: { type: 'sites', id: siteId } } },
        },
        meta: { contact_id: search.contact!, ...(asksResource && resourceId && { resource_id: resourceId }) },
      } as never)
      setResult({ ...meta, event: draft.event })
    } catch (error) {
      setResult(null)
      onError(error)
    } finally {
      setTesting(false)
    }
  }
  return (
    <Card title={t('automations.test')}>
      <div className="fields">
        <p>{t('automations.testText')}</p>
        <ContactSelect
          label={t('automations.testContact')}
          value={search.contact ?? ''}
          onChange={(id) => {
            setResult(null)
            change({ contact: id ?? undefined }, { replace: true })
          }}
        />
        {asksResource && (
          <ResourceSelect
            type={type}
            label={t('automations.testAbout')}
            clearable
            value={resourceId}
            onChange={(id) => setResourceId(id ?? '')}
          />
        )}
        <div>
          <Button
            variant="default"
            leftSection={<PlayIcon size={16} />}
            disabled={!search.contact}
            loading={isTesting}
            onClick={() => void test()}
          >
            {t('automations.runTest')}
          </Button>
        </div>
        <div aria-live="polite">{result && <Result result={result} />}</div>
      </div>
    </Card>
  )
}

const TONES: Record<string, Tone> = { done: 'good', skipped: 'plain', failed: 'bad' }

function Result({ result: { would_run, reason, event, conditions, steps } }: { result: Tested }) {
  const taken = steps.map((step) => ({ ...step, values: step.detail }))
  const describe = useStepSentences(taken)
  return (
    <div className="fields">
      <div>
        <State tone={would_run ? 'good' : 'warn'}>
          {would_run ? t('automations.wouldRun') : t('automations.wouldNotRun')}
        </State>
        <p className="result-sentence">
          {t('automations.testEvent', { event: eventName(event) })}{' '}
          {reason && t(`testReason.${reason}` as TextKey)}
        </p>
      </div>
      {conditions && <Conditions conditions={conditions} />}
      {!would_run && taken.length > 0 && <p>{t('automations.ifItRan')}</p>}
      <ol className="result-steps">
        {taken.map((step) => (
          <li key={step.position}>
            <span>
              {describe(step)}
              {step.subject && step.to_email && (
                <span className="meta">
                  {' '}
                  {t('effect.emailTo', { subject: step.subject, email: step.to_email })}
                </span>
              )}
            </span>
            <span className="meta">
              <State tone={(would_run && TONES[step.state]) || 'plain'}>
                {textOr(`testState.${step.state}`, step.state)}
                {step.reason && `: ${reasonOf(step.reason)}`}
              </State>
              <Moment at={step.at} />
            </span>
          </li>
        ))}
      </ol>
    </div>
  )
}

/** Why a step is skipped; why it fails is often known in the words of the API alone. */
const reasonOf = (reason: string) => textOr(`skipReason.${reason}`, textOr(`runReason.${reason}`, reason))
